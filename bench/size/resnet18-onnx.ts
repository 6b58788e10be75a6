// ResNet-18 as an ONNX model, with weights drawn at random.
import { models } from 'lamplight/vision';
import { graphOf } from '../networks/graph';
import { toOnnx } from '../networks/onnx';
import { weightsOf } from '../networks/weights';

export function model(): Uint8Array {
  const graph = graphOf(() => models.resnet18(), [1, 3, 64, 64]);
  return toOnnx(graph, weightsOf(graph));
}
