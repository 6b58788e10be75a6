// Counters of all WebGPU calls and memory of the library. They are exact, so tests and users can rely on them.

/** Counts since the start of the page, and bytes at this moment. */
export interface GpuStats {
  /** Compute dispatches encoded. */
  dispatches: number;
  /**
   * `queue.submit` calls. A run and the read-backs of its turn take one; read-backs of another turn take one more. A
   * run takes several if `submitMilliseconds` splits it, or if it is a plan's first run, which begins while kernels are
   * being compiled.
   */
  submits: number;
  /** Copies of small inputs and outputs encoded beside the dispatches. */
  copies: number;
  buffersCreated: number;
  bindGroupsCreated: number;
  pipelinesCreated: number;
  shaderModulesCreated: number;
  /** Plans compiled. A repeated step compiles none. */
  plansCompiled: number;
  /** Runs of plans. */
  runs: number;
  /** `writeBuffer` calls, split into scalars and data. */
  scalarWrites: number;
  dataWrites: number;
  dataBytesWritten: number;
  readbacks: number;
  /** Snapshots of weights on the host, from which the weights are restored after the loss of a device. */
  snapshots: number;
  /** Bytes in buffers that hold values of tensors. */
  liveBytes: number;
  /** Bytes in buffers that hold intermediates of plans, shared between plans. */
  planBytes: number;
  /** Bytes in free buffers kept for reuse. */
  pooledBytes: number;
  /** The largest total of bytes in GPU buffers so far. */
  peakBytes: number;
  /** The largest total of `liveBytes` and `planBytes` so far. */
  peakUsedBytes: number;
  /** Milliseconds of JavaScript from the start of a flush to its submit, summed over flushes. */
  hostMilliseconds: number;
}

export const stats: GpuStats = {
  dispatches: 0,
  submits: 0,
  copies: 0,
  buffersCreated: 0,
  bindGroupsCreated: 0,
  pipelinesCreated: 0,
  shaderModulesCreated: 0,
  plansCompiled: 0,
  runs: 0,
  scalarWrites: 0,
  dataWrites: 0,
  dataBytesWritten: 0,
  readbacks: 0,
  snapshots: 0,
  liveBytes: 0,
  planBytes: 0,
  pooledBytes: 0,
  peakBytes: 0,
  peakUsedBytes: 0,
  hostMilliseconds: 0,
};
