// Owns `volumes`: layers as volumes, checked.
import type { VolumeLayer, VolumesOptions } from '../builtins';
import type { Volume, VolumesData } from '../panels/data';
import { inputOf, type LayerRow, volumesOfRows, volumesOfSteps } from '../panels/layers';
import type { PanelOutput } from '../protocol';

const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((size) => Number.isInteger(size) && size > 0);

const isRow = (layer: object): layer is LayerRow =>
  'outputShape' in layer && isShape(layer.outputShape) && 'name' in layer && 'type' in layer;

const isStep = (layer: object): layer is Exclude<VolumeLayer, LayerRow> =>
  'shape' in layer && isShape(layer.shape) && 'name' in layer;

function volumesOf(layers: readonly VolumeLayer[]): Volume[] {
  if (Array.isArray(layers) && layers.length > 0) {
    if (layers.every(isRow)) return volumesOfRows(layers);
    if (layers.every(isStep)) return volumesOfSteps(layers);
  }
  throw new TypeError(
    `volumes: expected the layers that layerShapes(model, inputSize) gives, or a list of { name, shape, kernel, stride }, but got ${JSON.stringify(layers)?.slice(0, 120)}`,
  );
}

/** @param input its shape without the batch; without it, what the first layer says of it */
export function volumesPanel(layers: readonly VolumeLayer[], { title = '', input }: VolumesOptions = {}): PanelOutput {
  const volumes = volumesOf(layers);
  if (input !== undefined && !isShape(input)) {
    throw new TypeError(`volumes: expected input to be a shape such as [3, 224, 224], but got ${String(input)}`);
  }
  const shape = input ?? [0, ...(inputOf(volumes) ?? [])];
  const field = { size: [1, 1], stride: [1, 1], start: [0, 0] };
  const first: Volume[] = shape.length < 3 && !input ? [] : [{ name: 'input', type: 'Input', shape, field, count: 1 }];
  const data: VolumesData = { panel: 'volumes', title, volumes: [...first, ...volumes] };
  return { kind: 'panel', data };
}
