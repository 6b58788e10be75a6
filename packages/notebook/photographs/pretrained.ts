// EfficientNet-Lite0 as the site carries it: trained on ImageNet, most of its weights in 8 bits. `scripts/site-data` makes the file.
import { ArgumentError, FetchError, load, type Tensor, vision } from 'lamplight';

export interface Pretrained {
  /** For `vision.models.efficientnetLite0({ weights })`. */
  readonly weights: Record<string, Tensor>;
  /** ImageNet's 1,000 classes, in the order of the scores. */
  readonly names: readonly string[];
  /** Makes of a photograph [3, H, W] of values from 0 to 1 what the network was trained on: [3, 224, 224]. */
  prepare(photograph: Tensor): Tensor;
}

const SCALE = '.scale';

/** Weights as numbers: whole ones are multiplied with the scale of their output channel, and 16 bits become 32. */
export function unpacked(packed: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const names = Object.keys(packed).filter((name) => !name.endsWith(SCALE));
  const wide = (name: string, value: Tensor): Tensor => {
    const scale = packed[name + SCALE];
    return scale ? value.mul(scale.view([-1, ...value.shape.slice(1).map(() => 1)])) : value.to('float32');
  };
  return Object.fromEntries(
    Object.entries(packed).flatMap(([name, value]) => (names.includes(name) ? [[name, wide(name, value)]] : [])),
  );
}

/** As TensorFlow trained it: (byte − 127) / 128. */
const [MEAN, DEVIATION] = [127 / 255, 128 / 255];

/** A whole file: servers differ in whether they have the browser undo gzip, and then read no part of it alone. */
async function fileAt(url: URL): Promise<ArrayBuffer> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new FetchError(`${url}: no answer; check the connection`, { cause });
  });
  if (!response.ok) throw new FetchError(`${url}: the server answered ${response.status}`, { status: response.status });
  return response.arrayBuffer();
}

/** @throws ArgumentError for a network that the site does not carry */
export async function pretrainedOf(folder: string, name: 'efficientnetLite0'): Promise<Pretrained> {
  if (name !== 'efficientnetLite0') {
    throw new ArgumentError(`pretrained: expected 'efficientnetLite0', but got ${JSON.stringify(name)}`);
  }
  const packed = await load<Record<string, Tensor>>(await fileAt(new URL('efficientnet-lite0.safetensors.gz', folder)));
  const { Compose, Resize, CenterCrop, Normalize } = vision.transforms;
  const three = (value: number) => [value, value, value];
  return {
    weights: unpacked(packed),
    names: vision.models.EfficientNet_B0_Weights.IMAGENET1K_V1.meta.categories ?? [],
    prepare: new Compose([new Resize(256), new CenterCrop(224), new Normalize(three(MEAN), three(DEVIATION))]),
  };
}
