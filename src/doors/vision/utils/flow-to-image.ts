// Shows optical flow as colours: the direction is the hue, the speed the saturation.

import { DTypeError, ShapeError, stack, type Tensor, tensor } from '../../../torch';
import { callable, showShape } from '../../../torch/inside';

/** Number of steps from one colour of the wheel to the next: red, yellow, green, cyan, blue, magenta, red. */
const STEPS = [15, 6, 4, 11, 13, 6] as const;

/**
 * For each part of the wheel: the channel that is 255, and the channel that changes, up to 255 if it rises and down
 * from 255 if not.
 */
const PARTS = [
  { full: 0, moving: 1, rises: true },
  { full: 1, moving: 0, rises: false },
  { full: 1, moving: 2, rises: true },
  { full: 2, moving: 1, rises: false },
  { full: 2, moving: 0, rises: true },
  { full: 0, moving: 2, rises: false },
] as const;

/** The colour wheel. Source: Baker et al. 2007, "A Database and Evaluation Methodology for Optical Flow". */
function colorWheel(): number[][] {
  return PARTS.flatMap(({ full, moving, rises }, part) =>
    Array.from({ length: STEPS[part]! }, (_, i) => {
      const level = Math.floor((255 * i) / STEPS[part]!);
      const color = [0, 0, 0];
      color[full] = 255;
      color[moving] = rises ? level : 255 - level;
      return color;
    }),
  );
}

const EPSILON = 2 ** -23;

/**
 * Converts flows [2, H, W] or [N, 2, H, W] to pictures [3, H, W] or [N, 3, H, W] of bytes. The fastest motion of all
 * gets the most saturated colour.
 *
 * @throws DTypeError, ShapeError for other tensors
 */
export const flowToImage = callable(
  'flowToImage(flow)',
  (/** The optical flow: [2, H, W] or [N, 2, H, W], in pixels. */ flow: Tensor): Tensor => {
    if (flow.dtype !== 'float32')
      throw new DTypeError(`flowToImage: expected a flow of float32, but got ${flow.dtype}`);
    const { shape } = flow;
    const flows = shape.length === 3 ? flow.detach().unsqueeze(0) : flow.detach();
    if (flows.shape.length !== 4 || flows.shape[1] !== 2) {
      throw new ShapeError(`flowToImage: expected a flow [2, H, W] or [N, 2, H, W], but got shape ${showShape(shape)}`);
    }
    const speed = (x: Tensor) => x.square().sum(1).sqrt();
    const normal = flows.div(speed(flows).max().add(EPSILON));
    const [dx, dy] = [normal.select(1, 0), normal.select(1, 1)];
    const wheel = colorWheel();
    const turn = dy
      .neg()
      .atan2(dx.neg())
      .div(Math.PI)
      .add(1)
      .div(2)
      .mul(wheel.length - 1);
    const before = turn.floor();
    const rest = turn.sub(before);
    const index = before.to('int64').flatten();
    const norm = speed(normal);
    const colors = tensor(wheel, { dtype: 'float32' });
    const following = tensor([...wheel.slice(1), wheel[0]!], { dtype: 'float32' });
    const at = (table: Tensor, channel: number) =>
      table
        .select(1, channel)
        .indexSelect(0, index)
        .reshape([...turn.shape])
        .div(255);
    const planes = [0, 1, 2].map((channel) => {
      const color = rest
        .neg()
        .add(1)
        .mul(at(colors, channel))
        .add(rest.mul(at(following, channel)));
      return norm.mul(color.neg().add(1)).neg().add(1).mul(255).floor().to('uint8');
    });
    const made = stack(planes, 1);
    return shape.length === 3 ? made.squeeze(0) : made;
  },
);
