// Draws what a network says of each point of the plane.

/** `chances` holds a number from 0 to 1 for each pixel of a square, row by row. */
export function draw(canvas: HTMLCanvasElement, chances: ArrayLike<number>): void {
  const size = Math.sqrt(chances.length);
  canvas.width = size;
  canvas.height = size;
  const picture = new ImageData(size, size);
  for (let i = 0; i < chances.length; i++) {
    const chance = chances[i] ?? 0;
    picture.data.set([40 + 200 * chance, 130, 240 - 200 * chance, 255], 4 * i);
  }
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}
