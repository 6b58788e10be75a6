// Small detectors, as test/fixtures/families/detection.py has them.
import { nn, type Tensor } from 'lamplight';
import { detection, ops } from 'lamplight/vision';

/** Two feature maps of 8 channels, at a quarter and an eighth of the picture. */
export class Maps extends nn.Module {
  stem: nn.Conv2d;
  down: nn.Conv2d;
  readonly outChannels: never;

  constructor(outChannels: number | readonly number[] = 8) {
    super();
    this.stem = new nn.Conv2d(3, 8, 5, { stride: 4, padding: 2 });
    this.down = new nn.Conv2d(8, 8, 3, { stride: 2, padding: 1 });
    this.outChannels = outChannels as never;
  }

  override forward(x: Tensor): Record<string, Tensor> {
    const a = nn.functional.relu(this.stem(x));
    return { 0: a, 1: nn.functional.relu(this.down(a)) };
  }
}

const smallOptions = (): detection.FasterRCNNOptions => ({
  minSize: 64,
  maxSize: 96,
  rpnAnchorGenerator: new detection.AnchorGenerator([[12], [28]], [0.5, 1, 2]),
  boxRoiPool: new ops.MultiScaleRoIAlign(['0', '1'], 3, 2),
  boxHead: new nn.Sequential(new nn.Flatten(), new nn.Linear(8 * 9, 16), new nn.ReLU()),
  boxPredictor: new detection.FastRCNNPredictor(16, 3),
  rpnPreNmsTopNTrain: 60,
  rpnPostNmsTopNTrain: 40,
  rpnPreNmsTopNTest: 50,
  rpnPostNmsTopNTest: 30,
  rpnBatchSizePerImage: 24,
  boxBatchSizePerImage: 20,
  boxDetectionsPerImg: 12,
  boxScoreThresh: 0.2,
});

export const smallFasterRCNN = (options: detection.FasterRCNNOptions = {}): detection.FasterRCNN =>
  new detection.FasterRCNN(new Maps(), { ...smallOptions(), ...options });

export const smallMaskRCNN = (options: detection.MaskRCNNOptions = {}): detection.MaskRCNN =>
  new detection.MaskRCNN(new Maps(), {
    ...smallOptions(),
    maskRoiPool: new ops.MultiScaleRoIAlign(['0', '1'], 4, 2),
    maskHead: new detection.MaskRCNNHeads(8, [6, 8], 1),
    maskPredictor: new detection.MaskRCNNPredictor(8, 5, 3),
    ...options,
  });

export const smallSSD = (): detection.SSD =>
  new detection.SSD(
    new Maps([8, 8]),
    new detection.DefaultBoxGenerator([[2], [2, 3]], { minRatio: 0.2, maxRatio: 0.7 }),
    [64, 48],
    3,
    { scoreThresh: 0.2, detectionsPerImg: 15, topkCandidates: 25 },
  );
