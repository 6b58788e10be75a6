// The rows that need a device.
import { files } from './files';
import { training } from './lightning';
import type { Row } from './row';

export const deviceRows: readonly Row[] = [...training, ...files];
