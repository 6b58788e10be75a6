// Distinguishes PyTorch's archives from other zip archives.
import type { Zip } from '../zip/zip';

/** The name of the pickle in a PyTorch archive, whose top folder may have any name; null for other archives. */
export const pickleIn = ({ names }: Zip): string | null =>
  names.find((name) => /^([^/]+\/)?data\.pkl$/.test(name)) ?? null;
