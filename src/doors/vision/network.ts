// Owns the base of networks and layers whose one input is called x, as torchvision calls it.

import { Layer } from '../../torch/nn/layers/layer';
import type { Linear } from '../../torch/nn/layers/linear';
import { inputs } from '../../torch/nn/module/callable-object';
import type { UnaryModule } from '../../torch/nn/module/module';

/** A module that is called with one tensor: `network(x)`, or `network({ x })`. */
export abstract class Network extends Layer {
  override get [inputs]() {
    return ['x'] as const;
  }
}

/** A network whose last layer has a name that most of torchvision's give it. */
export interface EndsInLinear {
  /** The last layer; any module of one input may take its place. */
  get fc(): Linear;
  set fc(layer: UnaryModule);
}
