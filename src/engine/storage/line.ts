// Lines: a detached tensor shares a storage's numbers, but not its graph. Its line holds the contents with the graph
// that they have for such a tensor.

import { beforeChange } from '../graph/journal';
import { withMode } from '../graph/mode';
import { named } from '../graph/record';
import type { Value } from '../graph/value';
import { detach, rewritten } from '../ops/shape/cast';
import { gradNameOf } from './backward';
import type { Storage } from './storage';

/**
 * Shared by a detached tensor and its views. These show the numbers that the storage holds, whoever wrote them, and
 * have a graph of their own, made from the writes through them. All other writes are unknown to that graph, and writes
 * through a line are unknown to the graph of the storage.
 */
export class Line {
  /** The contents with the graph of writes through the line, once there are some. */
  private whole: Value | null = null;
  /** The version of the storage that `whole` is of. */
  private version = -1;

  constructor(private readonly storage: Storage) {}

  /** The whole contents now. Without a graph they are not kept, so that nothing keeps what they were before a change in place. */
  get value(): Value {
    const { whole } = this;
    const { version, value } = this.storage;
    if (!whole?.requiresGrad) return value.requiresGrad ? detach(value) : value;
    // A value that had failed or was lost may be there again.
    if (this.version !== version || whole.failure || whole.isLost) this.follow(whole);
    return this.whole!;
  }

  /** Has gradients go through `graph`, whose numbers are in the storage, perhaps just written. */
  follow(graph: Value): void {
    beforeChange(this, () => {
      const { whole } = this;
      return () => Object.assign(this, { whole, version: -1 });
    });
    const { version, value } = this.storage;
    this.whole = withMode({ grad: true }, () => rewritten(graph, value, true));
    if (graph.node) named(this.whole, gradNameOf(graph));
    this.whole.held = true;
    this.version = version;
  }
}
