// Owns the base of networks and layers whose one input is called x, as torchvision calls it.
import { inputs } from '../nn/callable';
import { Layer } from '../nn/layer';
import type { Linear } from '../nn/linear';
import type { UnaryModule } from '../nn/module';

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
