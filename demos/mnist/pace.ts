// How fast training goes: images a second over the last moments, and the time that is left at that speed.

const WINDOW = 3000;

export class Pace {
  private marks: { readonly at: number; readonly images: number }[] = [];

  /** Begins anew, after a pause in which nothing was to be done. */
  restart(): void {
    this.marks = [{ at: performance.now(), images: 0 }];
  }

  /** Notes that `images` more are done. */
  add(images: number): void {
    const at = performance.now();
    this.marks.push({ at, images });
    // Two marks are the least from which a speed follows.
    while (this.marks.length > 2 && at - (this.marks[0]?.at ?? at) > WINDOW) this.marks.shift();
  }

  get imagesPerSecond(): number {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (!first || !last || last.at <= first.at) return 0;
    const images = this.marks.slice(1).reduce((sum, mark) => sum + mark.images, 0);
    return (1000 * images) / (last.at - first.at);
  }

  /** Seconds for `images` more. */
  secondsFor(images: number): number {
    const rate = this.imagesPerSecond;
    return rate > 0 ? images / rate : Number.NaN;
  }
}
