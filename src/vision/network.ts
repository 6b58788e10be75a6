// Owns the base of networks and layers whose one input is called x, as torchvision calls it.
import { inputs } from '../nn/callable';
import { Layer } from '../nn/layer';

/** A module that is called with one tensor: `network(x)`, or `network({ x })`. */
export abstract class Network extends Layer {
  override get [inputs]() {
    return ['x'] as const;
  }
}
