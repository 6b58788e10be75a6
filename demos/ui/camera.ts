// The webcam of a page: opened when it is wanted, and let go.
import { make } from 'lamplight-notebook/ui/dom';

export class Camera {
  readonly video = make('video', { muted: true, playsInline: true });
  #stream: MediaStream | null = null;

  /**
   * @param problem is told in a sentence that the camera is missing or forbidden
   * @param otherwise what the visitor has without one, in a sentence
   */
  constructor(
    private readonly problem: (text: string) => void,
    private readonly otherwise: string,
  ) {}

  /** Whether there is a picture to take. */
  get isLive(): boolean {
    return this.#stream !== null && this.video.videoWidth > 0;
  }

  async open(): Promise<void> {
    if (this.#stream) return;
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
      this.video.srcObject = this.#stream;
      await this.video.play();
    } catch (error) {
      const denied = (error as Error).name === 'NotAllowedError';
      const why = denied ? 'The browser was not allowed to use the camera.' : 'No camera was found.';
      this.problem(`${why} ${this.otherwise}`);
    }
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }
}
