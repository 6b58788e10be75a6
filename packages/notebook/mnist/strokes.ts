// Strokes of a pen on a square, drawn round and smooth, and read back as ink.
import type { Drawing } from './digit';

/** Places of a side of the square. */
export const SIZE = 280;
/** MNIST's strokes are about a tenth of the digit's height. */
export const STROKE = 22;

export interface Point {
  readonly x: number;
  readonly y: number;
}

type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws round strokes. */
export function drawStrokes(context: Pen, strokes: readonly (readonly Point[])[], color: string): void {
  context.strokeStyle = color;
  context.lineWidth = STROKE;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) context.stroke(new Path2D(pathOf([stroke])));
}

/** The strokes alone, white on nothing, read back as ink. */
export function inkOf(strokes: readonly (readonly Point[])[]): Drawing {
  const plate = new OffscreenCanvas(SIZE, SIZE);
  const context = plate.getContext('2d', { willReadFrequently: true });
  const ink = new Float32Array(SIZE * SIZE);
  if (context) {
    drawStrokes(context, strokes, '#fff');
    const { data } = context.getImageData(0, 0, SIZE, SIZE);
    for (let i = 0; i < ink.length; i++) ink[i] = (data[4 * i + 3] ?? 0) / 255;
  }
  return { width: SIZE, height: SIZE, ink };
}

/** Strokes, smoothed by running each curve through the middles between points, as the path of a drawing in SVG; a tap is a dot. */
export const pathOf = (strokes: readonly (readonly Point[])[]): string =>
  strokes
    .flatMap(([first, ...rest]) => {
      if (!first) return [];
      let last = first;
      const curves = rest.map((point) => {
        const curve = `Q${last.x} ${last.y} ${(last.x + point.x) / 2} ${(last.y + point.y) / 2}`;
        last = point;
        return curve;
      });
      return [`M${first.x} ${first.y}${curves.join('')}L${last.x} ${last.y}`];
    })
    .join('');
