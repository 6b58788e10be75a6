// A drawing becomes what MNIST's makers would have made of it.

import { type Drawing, toMnist } from 'lamplight-notebook/mnist/digit';
import { expect, test } from 'vitest';

const SIZE = 280;

/** A drawing whose ink is full wherever `inside` says so. */
function drawing(inside: (x: number, y: number) => boolean): Drawing {
  const ink = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < ink.length; i++) ink[i] = inside(i % SIZE, Math.floor(i / SIZE)) ? 1 : 0;
  return { width: SIZE, height: SIZE, ink };
}

function extent(pixels: Float32Array): { left: number; right: number; top: number; bottom: number } {
  const lit = Array.from(pixels.keys()).filter((i) => (pixels[i] ?? 0) > 0);
  const xs = lit.map((i) => i % 28);
  const ys = lit.map((i) => Math.floor(i / 28));
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

test('an empty drawing is no digit', () => {
  expect(toMnist(drawing(() => false))).toBeNull();
});

test('a square fills the 20×20 box, in the middle of 28×28', () => {
  const pixels = toMnist(drawing((x, y) => x >= 10 && x < 90 && y >= 150 && y < 230));
  expect(extent(pixels!)).toEqual({ left: 4, right: 23, top: 4, bottom: 23 });
  expect(pixels!.every((value) => value === 0 || value === 1)).toBe(true);
});

test('an upright stroke keeps its aspect', () => {
  const pixels = toMnist(drawing((x, y) => x >= 200 && x < 220 && y >= 20 && y < 220));
  expect(extent(pixels!)).toEqual({ left: 13, right: 14, top: 4, bottom: 23 });
});

test('the same shape gives the same picture wherever it was drawn', () => {
  const circle = (cx: number, cy: number) => toMnist(drawing((x, y) => Math.hypot(x - cx, y - cy) < 40));
  expect(circle(60, 70)).toEqual(circle(200, 190));
});

test('the centre of mass lies within half a pixel of the centre of the field', () => {
  // A foot on the left: the mass is off the middle of the box.
  const pixels = toMnist(
    drawing((x, y) => (x >= 60 && x < 120 && y >= 180 && y < 240) || (x >= 100 && x < 120 && y >= 80 && y < 240)),
  )!;
  let [mass, mx, my] = [0, 0, 0];
  pixels.forEach((value, i) => {
    mass += value;
    mx += value * ((i % 28) + 0.5);
    my += value * (Math.floor(i / 28) + 0.5);
  });
  expect(Math.abs(mx / mass - 14)).toBeLessThanOrEqual(0.5);
  expect(Math.abs(my / mass - 14)).toBeLessThanOrEqual(0.5);
});

test('edges are grey by the share of ink under each pixel', () => {
  const pixels = toMnist(drawing((x, y) => Math.hypot(x - 140, y - 140) < 60))!;
  const grey = pixels.filter((value) => value > 0 && value < 1);
  expect(grey.length).toBeGreaterThan(20);
  const ink = pixels.reduce((sum, value) => sum + value, 0);
  expect(ink).toBeCloseTo(Math.PI * 100, -1);
});

test('a dot, a hair line and a drawing to the very edge fit in', () => {
  for (const inside of [
    (x: number, y: number) => x === 5 && y === 5,
    (_x: number, y: number) => y === 279,
    () => true,
  ]) {
    const pixels = toMnist(drawing(inside))!;
    expect(pixels.some((value) => value > 0)).toBe(true);
    expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
  }
});
