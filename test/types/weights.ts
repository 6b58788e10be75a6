// What the networks' functions take as trained weights, and what they give back.
import { detection, models } from 'lamplight/vision';

declare const path: string;
declare const source: models.WeightsSource;
declare const perhaps: models.WeightsSource | null;
declare const options: { weights?: string | null; numClasses: number };

const plain: models.ResNet[] = [
  models.resnet18(),
  models.resnet18({ numClasses: 3 }),
  models.resnet18({ weights: null }),
  models.resnet18({ weights: undefined }),
];
const trained: Promise<models.ResNet>[] = [
  models.resnet18({ weights: 'DEFAULT' }),
  models.resnet18({ weights: 'ResNet18_Weights.IMAGENET1K_V1' }),
  models.resnet18({ weights: models.ResNet18_Weights.DEFAULT }),
  models.resnet18({ weights: 'resnet18.pth' }),
  models.resnet18({ weights: './resnet18' }),
  models.resnet18({ weights: 'https://example.com/resnet18.pth', numClasses: 3 }),
  models.resnet18({ weights: path }),
  models.resnet18({ weights: new URL(path) }),
  models.resnet18({ weights: source }),
  models.resnet18({ weights: plain[0]!.stateDict() }),
];
const either: (models.ResNet | Promise<models.ResNet>)[] = [
  models.resnet18({ weights: perhaps }),
  models.resnet18(options),
];
const detectors: Promise<detection.FasterRCNN>[] = [
  detection.fasterrcnnResnet50Fpn({ weights: 'COCO_V1' }),
  detection.fasterrcnnResnet50Fpn({ weightsBackbone: path, numClasses: 2 }),
];

// @ts-expect-error: no member of an enumeration, and no path.
models.resnet18({ weights: 'DEFAUL' });
// @ts-expect-error: no member of an enumeration.
models.resnet18({ weights: 'ResNet18_Weights.DEFAUL' });
// @ts-expect-error: the same of the weights of a backbone.
detection.fasterrcnnResnet50Fpn({ weightsBackbone: 'IMAGENET' });

export { detectors, either, plain, trained };
