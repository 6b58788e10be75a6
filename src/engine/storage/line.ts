// Lines: a detached tensor shares a storage's numbers, but not its graph. Its line holds the contents with the graph
// that they have for such a tensor.

import { beforeChange } from '../graph/journal';
import { withMode } from '../graph/mode';
import { note } from '../graph/owners';
import { named } from '../graph/record';
import { gradNameOf, type Value } from '../graph/value';
import { detach, rewritten } from '../ops/shape/cast';
import type { Storage } from './storage';

/**
 * Shared by a detached tensor and its views. These show the numbers that the storage holds, whoever wrote them, and
 * have a graph of their own, made from the writes through them. All other writes are unknown to that graph, and writes
 * through a line are unknown to the graph of the storage.
 */
export class Line {
  private whole: Value | null = null;
  /** The version of the storage that `whole` is of. */
  private version = -1;

  constructor(
    private readonly storage: Storage,
    /** Whether gradients are told of writes through it, which `x.data` does not do. */
    readonly told = true,
  ) {}

  /** The whole contents now. */
  get value(): Value {
    const { version, value } = this.storage;
    // A value that had failed or was lost may be there again.
    if (!this.whole || this.version !== version || this.whole.failure || this.whole.isLost)
      this.hold(this.whole?.requiresGrad ? this.whole : null, value);
    return this.whole!;
  }

  /** Has gradients go through `after`, which has just been written to the storage. */
  follow(after: Value): void {
    this.hold(after, this.storage.value);
  }

  /**
   * Must be called when contents without gradients have been written through the line. What it showed before is let go,
   * as it may keep alive everything that the storage's graph was made of.
   */
  letGo(): void {
    if (!this.whole?.requiresGrad) this.whole = null;
  }

  private hold(graph: Value | null, value: Value): void {
    beforeChange(this, () => {
      const { whole } = this;
      return () => Object.assign(this, { whole, version: -1 });
    });
    if (graph) {
      this.whole = withMode({ grad: true }, () => rewritten(graph, value, true));
      if (graph.node) named(this.whole, gradNameOf(graph));
    } else this.whole = value.requiresGrad ? detach(value) : value;
    note(this.whole, 'taken');
    this.version = this.storage.version;
  }
}
