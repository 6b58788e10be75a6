// A watch over what is submitted: whether WebGPU has refused any of it, which is told later.

export class Watch {
  private open = false;

  constructor(private readonly device: GPUDevice) {}

  /** From here on; called once more it changes nothing. */
  begin(): void {
    if (this.open) return;
    this.open = true;
    this.device.pushErrorScope('validation');
  }

  /** The first error since the beginning; null where nothing was watched. */
  end(): Promise<GPUError | null> | null {
    if (!this.open) return null;
    this.open = false;
    return this.device.popErrorScope();
  }
}
