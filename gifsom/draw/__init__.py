"""Drawing on pictures: text, pointers, clicks and keys."""
