// A page that takes pictures from a canvas and from a video of it, and shows them on another.
import * as torch from 'lamplight';
import { vision } from 'lamplight';

/** Bytes of pixels: those that were painted, and those that are seen. */
export interface Bytes {
  readonly painted: readonly number[];
  readonly seen: readonly number[];
}

declare global {
  interface Window {
    pictures: typeof pictures;
  }
}

const SIZE = 64;

function paintedCanvas(): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width: SIZE, height: SIZE });
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'rgb(200, 100, 50)';
  context.fillRect(0, 0, SIZE, SIZE);
  context.fillStyle = 'rgb(10, 220, 130)';
  context.fillRect(0, 0, SIZE / 2, SIZE / 2);
  document.body.append(canvas);
  return canvas;
}

function bytesOf(canvas: HTMLCanvasElement): number[] {
  const context = new OffscreenCanvas(SIZE, SIZE).getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  return Array.from(context.getImageData(0, 0, SIZE, SIZE).data);
}

/** A video that plays what the canvas shows. */
async function filmed(canvas: HTMLCanvasElement): Promise<HTMLVideoElement> {
  const video = Object.assign(document.createElement('video'), { muted: true, srcObject: canvas.captureStream(30) });
  const ready = new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }));
  await video.play();
  await ready;
  return video;
}

async function pictures(from: 'canvas' | 'video'): Promise<Bytes> {
  const painted = paintedCanvas();
  const source = from === 'canvas' ? painted : await filmed(painted);
  const screen = document.createElement('canvas');
  document.body.append(screen);
  await torch.init();
  await vision.io.toCanvas(vision.io.fromPixels(source), screen);
  return { painted: bytesOf(painted), seen: bytesOf(screen) };
}

window.pictures = pictures;
