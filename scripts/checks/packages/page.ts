// Where scripts/checks/packages.mjs runs packages.
import { answered } from './answered';

declare global {
  /** What the script that opens this page calls. */
  var runPackage: typeof answered;
}

globalThis.runPackage = answered;
