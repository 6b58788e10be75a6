// The tour of the doors: models to start from, and detection.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { MeanAveragePrecision } from 'lamplight/metrics';
import { detection, io, models, ops, utils } from 'lamplight/vision';

const alexNet = await models.alexnet({ weights: 'alexnet-owt-7be5be79.pth' });
alexNet.features.requiresGrad_(false);
alexNet.classifier[6] = new nn.Linear(4096, 3);
const preprocess = models.AlexNet_Weights.IMAGENET1K_V1.transforms();
const dog = preprocess(await io.readImage('imgs/dog.png')).unsqueeze(0);
const { maps } = models.createFeatureExtractor(alexNet, { 'features.3': 'maps' })(dog);
await io.toCanvas(
  utils.makeGrid(maps!.at(0).unsqueeze(1), { nrow: 16, normalize: true }),
  document.querySelector('canvas')!,
);

const boxes = torch.tensor(
  [
    [0, 0, 10, 10],
    [1, 1, 11, 11],
    [20, 20, 30, 30],
  ],
  { dtype: torch.float32 },
);
console.log(
  await ops.boxIou(boxes, boxes).tolist(),
  await (await ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.5)).tolist(),
);
console.log(
  ops.roiAlign(maps!, [boxes], { outputSize: 7, spatialScale: 1 / 16, samplingRatio: 2, aligned: true }).shape,
);
const detector = detection.fasterrcnnResnet50Fpn({ numClasses: 3 });
const losses = await detector([torch.rand(3, 128, 128)], [{ boxes, labels: torch.tensor([1, 1, 2]) }]);
const found = await detector.eval()([torch.rand(3, 128, 128)]);
console.log(Object.keys(losses), found[0]!.boxes.shape);
console.log(await new MeanAveragePrecision().compute());
