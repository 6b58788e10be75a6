// Rows of what pictures, their transforms and networks of detection refuse.
import * as torch from 'lamplight';
import { nn, type Tensor, vision } from 'lamplight';
import { converts, does, options, type Row, typed } from './row';

const { datasets, detection, io, models, ops, transforms, tvTensors, utils } = vision;
const of = (dtype: torch.DType, ...shape: number[]): Tensor => torch.ones(shape, { dtype });
const bytes = of('uint8', 3, 4, 4);
const floats = of('float32', 3, 4, 4);
const whole = of('int64', 3, 4, 4);
const batch = of('float32', 2, 3, 4, 4);
const labels = torch.tensor([0, 1]);
const boxes = torch.tensor([[0, 0, 2, 2]], { dtype: 'float32' });
const picture = transforms.functional.toPilImage(of('uint8', 3, 4, 4));
const small = new nn.Sequential(new nn.Conv2d(3, 2, 3), new nn.ReLU());
const inFolder = (name: string) => ({ name, webkitRelativePath: `set/${name}` });
void [datasets, inFolder];

const rcnn = (): nn.Module => {
  const backbone = Object.assign(new nn.Sequential(new nn.Conv2d(3, 4, 3)), { outChannels: 4 });
  return new detection.FasterRCNN(backbone as never, 2, {
    rpnAnchorGenerator: new detection.AnchorGenerator([[8]], [[1]]),
    minSize: 8,
    maxSize: 8,
  } as never);
};
const target = (o: object) => [{ boxes, labels: torch.tensor([1]), ...o }];
const train = (given: unknown) =>
  (rcnn() as unknown as (images: Tensor[], targets: unknown) => unknown)([floats], given);
const yolo = (side: number, o: object = {}): unknown => {
  const backbone = Object.assign(new nn.Sequential(new nn.Conv2d(3, 4, 1)), { outChannels: 4 });
  const net = new detection.YOLOv1({ backbone, numClasses: 2, gridSize: 2, hiddenFeatures: 4, ...o } as never);
  return net.predict(of('float32', 1, 3, side, side));
};

export const pictures: readonly Row[] = [
  does(
    'toPilImage',
    () => transforms.functional.toPilImage(floats, { mode: 'F' }),
    'resize the tensor itself, by functional.resize',
    () => transforms.functional.resize(floats, [2, 2]),
  ),
  converts('encodePng', (x) => io.encodePng(x), floats),
  does(
    'fromPixels',
    () => io.fromPixels({ data: new Uint8ClampedArray(4), width: 1, height: 1 } as never, { dtype: 'int64' as never }),
    ".to('int64')",
    () => io.fromPixels({ data: new Uint8ClampedArray(4), width: 1, height: 1 } as never).to('int64'),
  ),
  converts(
    'toCanvas',
    (x) =>
      io.toCanvas(x, { getContext: () => null } as never).catch((error) => {
        if (!/context/.test(error.message)) throw error;
      }),
    whole,
  ),
  converts(
    'toCanvas',
    (x) =>
      io.toCanvas(x, { getContext: () => null } as never).catch((error) => {
        if (!/context/.test(error.message)) throw error;
      }),
    of('float32', 5, 6, 3),
  ),
  converts('adjustContrast', (x) => transforms.functional.adjustContrast(x, 2), whole),
  does(
    'toDtype',
    () => transforms.functional.toDtype(picture as never),
    'apply toImage first',
    () => transforms.functional.toDtype(transforms.functional.toImage(picture)),
  ),
  options('MixUp', (o) => new transforms.MixUp(o)(batch, labels)),
  converts('MixUp', (x) => new transforms.MixUp({ numClasses: 2 })(x, labels), of('uint8', 2, 3, 4, 4)),
  does(
    'MixUp',
    () => new transforms.MixUp({ numClasses: 2 })(batch, { kinds: labels } as never),
    'tell where they are by labelsGetter',
    () =>
      new transforms.MixUp({
        numClasses: 2,
        labelsGetter: ([, { kinds }]: [unknown, { kinds: Tensor }]) => kinds,
      } as never)(batch, { kinds: labels } as never),
  ),
  does(
    'CutMix',
    () => new transforms.CutMix({ numClasses: 2 })(batch, { kinds: labels } as never),
    'tell where they are by labelsGetter',
    () =>
      new transforms.CutMix({
        numClasses: 2,
        labelsGetter: ([, { kinds }]: [unknown, { kinds: Tensor }]) => kinds,
      } as never)(batch, { kinds: labels } as never),
  ),
  does(
    'SanitizeBoundingBoxes',
    () =>
      new transforms.SanitizeBoundingBoxes()({
        boxes: new tvTensors.BoundingBoxes(boxes, { format: 'xyxy', canvasSize: [4, 4] }),
      } as never),
    'give a labelsGetter, or null',
    () =>
      new transforms.SanitizeBoundingBoxes({ labelsGetter: null })({
        boxes: new tvTensors.BoundingBoxes(boxes, { format: 'xyxy', canvasSize: [4, 4] }),
      } as never),
  ),
  does(
    'drawBoundingBoxes',
    () => utils.drawBoundingBoxes(bytes, boxes, { font: 'Arial' as never }),
    'give a fontSize',
    () => utils.drawBoundingBoxes(bytes, boxes, { fontSize: 12 }),
  ),
  converts('drawSegmentationMasks', (x) => utils.drawSegmentationMasks(bytes, x), of('float32', 4, 4)),
  converts('makeGrid', (x) => utils.makeGrid(x, { normalize: true }), bytes),
  does(
    'saveImage',
    () => utils.saveImage(floats, 'a.jpg'),
    'call the file name.png',
    () => utils.saveImage(floats, { write: () => undefined, getWriter: () => ({}) } as never).catch(() => undefined),
  ),
  converts('selectiveSearch', (x) => detection.selectiveSearch(x), of('float32', 1, 4, 4)),
  converts('FasterRCNN', (x) => train(target({ labels: x })), of('float32', 1)),
  converts('FasterRCNN', (x) => train(target({ boxes: x })), torch.tensor([[0, 0, 2, 2]])),
  typed(
    'FasterRCNN',
    () => train(target({ boxes: torch.ones(0) })),
    'torch.zeros(0, 4)',
    {},
    (none) => train([{ boxes: none, labels: torch.zeros(0, { dtype: 'int64' }) }]),
  ),
  does(
    'FasterRCNN',
    () => train(undefined),
    'pass [{ boxes, labels }, …]',
    () => train([{ boxes, labels: torch.tensor([1]) }]),
  ),
  does(
    'FasterRCNN',
    () => train(undefined),
    'call eval() first',
    () => (rcnn().eval() as unknown as (x: Tensor[]) => unknown)([floats]),
  ),
  converts('FasterRCNN', (x) => (rcnn() as unknown as (x: Tensor[], y: unknown) => unknown)([x], target({})), bytes),
  does(
    'YOLOv1',
    () => yolo(3),
    'give images of another size',
    () => yolo(2),
  ),
  does(
    'YOLOv1',
    () => yolo(3),
    'or another gridSize',
    () => yolo(3, { gridSize: 3 }),
  ),
  does(
    'BoxCoder.decode',
    () => new detection.BoxCoder([1, 1, 1, 1]).decode(of('float32', 1, 4), boxes as never),
    'decodeSingle takes one',
    () => new detection.BoxCoder([1, 1, 1, 1]).decodeSingle(of('float32', 1, 4), boxes),
  ),
  converts(
    'ResNet',
    (x) => (models.resnet18().eval() as unknown as (x: Tensor) => Tensor)(x),
    of('float32', 3, 32, 32),
  ),
  does(
    'FeatureExtractor',
    () => new models.FeatureExtractor(small, ['0'] as never, ['0'] as never),
    'createFeatureExtractor(model, nodes)',
    () => models.createFeatureExtractor(small, ['0']),
  ),
  does(
    'squeezenet1_0',
    () => models.squeezenet1_0({ weights: { model: {} } as never }),
    'such as checkpoint.model',
    () => models.squeezenet1_0({ weights: models.squeezenet1_0().stateDict() as never }),
  ),
];
void ops;
