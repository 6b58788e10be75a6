// EfficientNet-Lite0 with the weights that the site carries, beside PyTorch.
import { vision } from 'lamplight';
import { type PhotographName, photographOf } from 'lamplight-notebook/photographs/photographs';
import { pretrainedOf } from 'lamplight-notebook/photographs/pretrained';
import { expect, test } from 'vitest';
import { loadFixture } from '../support/fixtures';

const folderOf = (name: string) => new URL(`/demos/data/${name}/`, location.href).href;
const { cases, tensor: fixture } = await loadFixture('pretrained');

test("the site's network gives PyTorch's scores, and the class of the weights in 32 bits", async () => {
  const { weights, names, prepare } = await pretrainedOf(folderOf('networks'), 'efficientnetLite0');
  const model = (await vision.models.efficientnetLite0({ weights })).eval();
  const classes: string[] = [];
  for (const { name } of cases) {
    const picture = await photographOf(folderOf('photographs'), name as PhotographName);
    const scores = await model(prepare(picture).unsqueeze(0)).data();
    const [site, whole] = [fixture(`${name}/site`), fixture(`${name}/whole`)];
    const size = Math.max(...Array.from(site.data, Math.abs));
    const error = Math.max(...Array.from(site.data, (value, i) => Math.abs(value - (scores[i] ?? Number.NaN))));
    expect(error / size).toBeLessThan(1e-4);
    const best = (values: ArrayLike<number>) => Array.from(values).indexOf(Math.max(...Array.from(values)));
    expect(best(scores)).toBe(best(whole.data));
    classes.push(names[best(scores)] ?? '');
  }
  expect(classes).toEqual(['palace', 'daisy', 'military uniform']);
  await expect(pretrainedOf(folderOf('networks'), 'alexnet' as never)).rejects.toThrow(
    `pretrained: expected 'efficientnetLite0', but got "alexnet"`,
  );
});
