import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { transforms, tvTensors, Picture } = vision;

/** A picture whose bytes count up. */
const counting = (height: number, width: number, channels: number) =>
  Picture.fromBytes(
    Array.from({ length: height * width * channels }, (_, i) => i % 256),
    [height, width, channels],
  );

describe('samples', () => {
  test('of nested lists and dictionaries are transformed alike, with plain tensors beside an image passed through', async () => {
    const flip = new transforms.RandomHorizontalFlip({ p: 1 });
    const picture = counting(2, 3, 1);
    const boxes = new tvTensors.BoundingBoxes([[0, 0, 1, 2]], { format: 'XYXY', canvasSize: [2, 3] });
    const mask = new tvTensors.Mask([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const labels = torch.tensor([7, 8, 9]);
    const made = flip({ picture, target: [boxes, { mask, labels, name: 'a' }] as const });
    expect(made.picture).toBeInstanceOf(Picture);
    expect(await made.picture.reshape([2, 3]).tolist()).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ]);
    const [madeBoxes, rest] = made.target;
    expect(madeBoxes).toBeInstanceOf(tvTensors.BoundingBoxes);
    expect([madeBoxes.format, madeBoxes.canvasSize, await madeBoxes.tolist()]).toEqual([
      'XYXY',
      [2, 3],
      [[2, 0, 3, 2]],
    ]);
    expect(await rest.mask.tolist()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(rest.labels).toBe(labels);
    expect(rest.name).toBe('a');
    const [image, other] = flip(torch.tensor([[[1, 2]]]), labels);
    expect(await image.tolist()).toEqual([[[2, 1]]]);
    expect(other).toBe(labels);
  });
});

describe('batches', () => {
  test('draw as their items do, and give what those give', async () => {
    const steps = new transforms.Compose([
      new transforms.RandomHorizontalFlip(),
      new transforms.RandomVerticalFlip(),
      new transforms.ToTensor(),
      new transforms.Normalize([0.5], [0.25]),
    ]);
    const pictures = [counting(3, 4, 1), counting(3, 4, 1), counting(3, 4, 1), counting(3, 4, 1)];
    torch.manualSeed(3);
    const items = pictures.map((picture) => steps(picture));
    torch.manualSeed(3);
    const batch = transforms.batched(steps)!;
    const draws = batch.draw(pictures.map(({ height, width, channels }) => ({ height, width, channels })));
    const bytes = torch.stack(pictures.map((picture) => picture.permute(2, 0, 1)));
    expect(await batch.apply(bytes, draws).tolist()).toEqual(await torch.stack(items).tolist());
    expect(transforms.batched(new transforms.Lambda((x: torch.Tensor) => x))).toBeNull();
  });
});
