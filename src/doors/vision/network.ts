// Owns the base of networks and layers whose one input is called x, as torchvision calls it.

import type { nn } from '../../torch';
import { inputs, Layer } from '../../torch/inside';

/** A module that is called with one tensor: `network(x)`, or `network({ x })`. */
export abstract class Network extends Layer {
  override get [inputs]() {
    return ['x'] as const;
  }
}

/** A network whose last layer has a name that most of torchvision's give it. */
export interface EndsInLinear {
  /** The last layer; any module of one input may take its place. */
  get fc(): nn.Linear;
  set fc(layer: nn.UnaryModule);
}
