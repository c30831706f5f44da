// Decodes GIFs with Go's image/gif. See tests/programs/README.md for what it reads and writes.
package main

import (
	"bufio"
	"encoding/binary"
	"image"
	"image/draw"
	"image/gif"
	"log"
	"os"
)

func answer(path string, out *bufio.Writer) {
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	animation, err := gif.DecodeAll(file)
	if err != nil {
		log.Fatal(path, ": ", err)
	}
	canvas := image.NewNRGBA(image.Rect(0, 0, animation.Config.Width, animation.Config.Height))
	numbers := []uint32{uint32(len(animation.Image)), uint32(animation.Config.Width), uint32(animation.Config.Height)}
	binary.Write(out, binary.LittleEndian, numbers)
	for i, picture := range animation.Image {
		draw.Draw(canvas, picture.Bounds(), picture, picture.Bounds().Min, draw.Over)
		binary.Write(out, binary.LittleEndian, uint32(10*animation.Delay[i]))
		out.Write(canvas.Pix)
		if animation.Disposal[i] == gif.DisposalBackground {
			draw.Draw(canvas, picture.Bounds(), image.Transparent, image.Point{}, draw.Src)
		}
	}
	out.Flush()
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer(lines.Text(), out)
	}
}
