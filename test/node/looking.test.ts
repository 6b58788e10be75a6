// Looking into the layers of a network, in Node: filters, maps, dead units, and the patches that excite a unit.
import * as torch from 'lamplight';
import { data, nn, type Tensor } from 'lamplight';
import { deadUnits, featureMaps, filters, topPatches } from 'lamplight/interpret';
import { describe, expect, test } from 'vitest';
import { build, seen } from '../support/looked-into';

const values = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe('layers', () => {
  test('filters are pictures, normalised one by one or together', async () => {
    const conv = new nn.Conv2d(2, 2, 1);
    torch.noGrad(() => conv.weight.copy_(torch.tensor([1, 3, 5, 9], { dtype: torch.float32 }).reshape([2, 2, 1, 1])));
    const wide = new nn.Conv2d(1, 2, [1, 2]);
    torch.noGrad(() => wide.weight.copy_(torch.tensor([1, 2, 3, 5], { dtype: torch.float32 }).reshape([2, 1, 1, 2])));
    expect(filters(conv).shape).toEqual([4, 1, 1, 1]);
    expect(await values(filters(new nn.Sequential(wide), '0'))).toEqual([0, 1, 0, 1]);
    expect(await values(filters(wide, { normalize: 'together' }))).toEqual([0, 0.25, 0.5, 1]);
    expect(await values(filters(wide, { normalize: null }))).toEqual([1, 2, 3, 5]);
    expect(filters(new nn.Conv2d(3, 7, 5)).shape).toEqual([7, 3, 5, 5]);
    expect(() => filters(new nn.ReLU())).toThrow('filters: expected a layer with weights, but got ReLU');
    expect(() => filters(new nn.Sequential(wide), 'a.b')).toThrow(
      "filters: expected a layer of Sequential, but got the name 'a.b'; its layers are 0",
    );
  });

  test('feature maps of any layer, by name or module, as a forward by hand gives them', async () => {
    const model = build();
    const before = await seen(model);
    const x = torch.randn(2, 3, 14, 14);
    const [first, second] = featureMaps(model, x, [model.conv1, 'down']);
    expect([first!.shape, second!.shape]).toEqual([
      [2, 4, 14, 14],
      [2, 8, 3, 3],
    ]);
    expect(await values(first!)).toEqual(await values(model.conv1(x)));
    // The last of three calls.
    const relu = featureMaps(model, x, 'relu');
    expect(await values(relu)).toEqual(await values(second!.relu()));
    // The classifier would not take it.
    expect(featureMaps(model, torch.randn(3, 30, 30).unsqueeze(0), 'conv2', { normalize: 'each' }).shape).toEqual([
      4, 1, 15, 15,
    ]);
    expect(() => featureMaps(model, torch.randn(1, 3, 30, 30), 'fc')).toThrow('linear');
    expect(await seen(model)).toEqual(before);
  });

  test('units that no input excites are dead', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
    torch.noGrad(() => {
      (model[0] as nn.Linear).weight.copy_(
        torch.tensor([1, 0, -1, -1, 0, 1], { dtype: torch.float32 }).reshape([3, 2]),
      );
      (model[0] as nn.Linear).bias!.zero_();
    });
    const x = torch.tensor(
      [
        [1, 2],
        [3, -4],
      ],
      { dtype: torch.float32 },
    );
    expect(
      await deadUnits(
        model,
        torch.tensor(
          [
            [1, 2],
            [3, 4],
            [5, -1],
          ],
          { dtype: torch.float32 },
        ),
        { batchSize: 2 },
      ),
    ).toEqual([{ layer: '1', units: 3, dead: [1], activity: [1, 0, expect.closeTo(2 / 3, 6)] }]);
    const loader = new data.DataLoader(new data.TensorDataset(x, torch.zeros(2)), { batchSize: 2 });
    expect((await deadUnits(model, loader))[0]!.dead).toEqual([]);
    await expect(deadUnits(new nn.Linear(1, 1), x)).rejects.toThrow('the model holds no nn.ReLU');
  });

  test('the patches that excite a unit most are cut from the inputs that they lie in', async () => {
    const model = new nn.Sequential(new nn.Conv2d(1, 2, 3, { stride: 2, padding: 1 }), new nn.ReLU());
    torch.noGrad(() => {
      for (const parameter of model.parameters()) parameter.fill_(0);
      (model[0] as nn.Conv2d).weight.at(0).fill_(1);
    });
    const x = torch.zeros(5, 1, 8, 8);
    // Brightest: input 3 at (7, 7), then 1 at (0, 4), then 4.
    torch.noGrad(() => {
      x.at(3, 0, 7, 7).fill_(3);
      x.at(1, 0, 0, 4).fill_(2);
      x.at(4, 0, 4, 4).fill_(1);
    });
    const [patches] = await topPatches(model, x, '1', { units: 0, k: 3, batchSize: 2 });
    expect(patches!.map(({ value, index, position, box }) => [value, index, position, box])).toEqual([
      [3, 3, [3, 3], [5, 5, 8, 8]],
      [2, 1, [0, 2], [0, 3, 2, 6]],
      [1, 4, [2, 2], [3, 3, 6, 6]],
    ]);
    expect(await patches![1]!.patch.tolist()).toEqual([
      [
        [0, 2, 0],
        [0, 0, 0],
      ],
    ]);
    await expect(topPatches(model, x, '1', { units: 2 })).rejects.toThrow(
      'topPatches: expected units from 0 to 1, but got 2',
    );
    await expect(topPatches(model, x, '1', { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });
});
