// Draws a square picture as a field of lamps: one round light a pixel, as bright as the pixel.
import { themeCss } from 'lamplight-notebook/ui/theme';

/** Paints `size`×`size` values of 0…1 over the whole canvas, sharp at the screen's own resolution. */
export function paintLamps(canvas: HTMLCanvasElement, values: ArrayLike<number>, size: number): void {
  const side = Math.round((canvas.clientWidth || size * 8) * Math.min(devicePixelRatio, 2));
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  const context = canvas.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, side, side);
  const pitch = side / size;
  const unlit = themeCss('--line', 0.85);
  const lit = themeCss('--flame');
  const halo = themeCss('--flame', 0.16);
  for (let i = 0; i < size * size; i++) {
    const value = Math.min(1, Math.max(0, values[i] ?? 0));
    const x = ((i % size) + 0.5) * pitch;
    const y = (Math.floor(i / size) + 0.5) * pitch;
    if (value < 0.04) {
      dot(context, x, y, pitch * 0.12, unlit);
    } else {
      if (value > 0.5) dot(context, x, y, pitch * 0.95, halo);
      dot(context, x, y, pitch * (0.14 + 0.32 * Math.sqrt(value)), lit);
    }
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
