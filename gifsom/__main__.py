"""python -m gifsom"""

from gifsom.cli import main

if __name__ == "__main__":
    main()
