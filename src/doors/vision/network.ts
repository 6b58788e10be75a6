// Base classes of networks and layers whose only input is named x, as in torchvision.

import type { nn } from '../../torch';
import { inputs, Layer } from '../../torch/inside';

/** A module that is called with one tensor: `network(x)`, or `network({ x })`. */
export abstract class Network extends Layer {
  override get [inputs]() {
    return ['x'] as const;
  }
}

/** A network whose last layer is named `fc`, as in most of torchvision's. */
export interface EndsInLinear {
  /** The last layer; it can be replaced by any module with one input. */
  get fc(): nn.Linear;
  set fc(layer: nn.UnaryModule);
}
