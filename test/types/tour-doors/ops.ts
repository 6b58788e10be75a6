// The tour of the doors: boxes, and how well they were found.
import * as torch from 'lamplight';
import { MeanAveragePrecision } from 'lamplight/metrics';
import { ops } from 'lamplight/vision';

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
console.log(await new MeanAveragePrecision().compute());
