// What the site carries, photographs and textures, and the network whose trained weights it has.
import { tensor, vision } from 'lamplight';
import { PHOTOGRAPHS, photographOf } from 'lamplight-notebook/photographs/photographs';
import { patchesOf, TEXTURES, texturesOf } from 'lamplight-notebook/photographs/textures';
import { expect, test } from 'vitest';

const folderOf = (name: string) => new URL(`/demos/data/${name}/`, location.href).href;
const photographs = folderOf('photographs');

test('each photograph has three channels of values from 0 to 1', async () => {
  for (const name of PHOTOGRAPHS) {
    const picture = await photographOf(photographs, name);
    expect(picture.shape[0]).toBe(3);
    expect(Math.min(picture.size(1), picture.size(2))).toBeGreaterThanOrEqual(300);
    const [least, most] = [await picture.min().item(), await picture.max().item()];
    expect(least).toBeGreaterThanOrEqual(0);
    expect(most).toBeGreaterThan(0.7);
    expect(most).toBeLessThanOrEqual(1);
  }
  await expect(photographOf(photographs, 'lena' as never)).rejects.toThrow(
    'photograph: expected one of astronaut, brick, camera, chelsea, china, coffee, flower, grace_hopper, rocket, but got "lena"',
  );
});

test('textures are patches of each in turn, and grey ones have three equal channels', async () => {
  for (const [train, count] of [
    [true, 2560],
    [false, 540],
  ] as const) {
    const { images, labels, names } = await texturesOf(folderOf('textures'), { train });
    expect(images.shape).toEqual([count, 3, 32, 32]);
    expect(images.dtype).toBe('uint8');
    expect(names).toEqual(TEXTURES);
    expect(Array.from(await labels.data()).slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const grass = images.select(0, 1).to('float32');
    expect(await grass.select(0, 0).sub(grass.select(0, 2)).abs().max().item()).toBeLessThan(4);
    const wood = images.select(0, 3).to('float32').mean([1, 2]);
    const [red = 0, , blue = 0] = Array.from(await wood.data());
    expect(red).toBeGreaterThan(blue + 40);
  }
});

test('a patch is cut where its tile and its place in that say', () => {
  const [tile, tiles] = [64, 2];
  const width = tile * tiles;
  // Red counts columns, green rows, both by 2, and blue is 7.
  const sheet = Uint8Array.from({ length: width * tile * TEXTURES.length * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [(pixel % width) >> 1, Math.floor(pixel / width) >> 2, 7][i % 3] ?? 0;
  });
  const { images, labels } = patchesOf(sheet, width, tile);
  expect(labels.length).toBe(2 * 9 * TEXTURES.length);
  // The last patch: second tile, third place across and down, last texture.
  const last = images.subarray(-3 * 32 * 32);
  expect(last[0]).toBe((64 + 32) >> 1);
  expect(last[32 * 32]).toBe((9 * 64 + 32) >> 2);
  expect(last[2 * 32 * 32]).toBe(7);
});

test('an odd size is padded as TensorFlow pads it', async () => {
  const model = vision.models.efficientnetLite0({ numClasses: 3 }).eval();
  const shapes = [];
  for (const side of [33, 64, 65]) {
    shapes.push(model.features(tensor(new Float32Array(3 * side * side)).view([1, 3, side, side])).shape);
  }
  expect(shapes).toEqual([
    [1, 1280, 2, 2],
    [1, 1280, 2, 2],
    [1, 1280, 3, 3],
  ]);
  const parameters = model.parameters().reduce((sum, each) => sum + each.numel(), 0);
  expect(parameters).toBe(4_652_008 - 997 * (1280 + 1));
});
