// The WGSL of passes: as it is written, by which kernels are told apart, and as it is compiled.
import { specialise } from './specialise';
import { unroll } from './unroll';

/** What of a pass makes its code. */
interface Sources {
  readonly source: readonly string[];
  readonly consts?: Readonly<Record<string, number>>;
}

/** The code with its loops and constants still marked. Kernels of equal marked code are equal. */
export const markedCode = ({ source, consts }: Sources): string => enabled(specialise(source.join('\n'), consts));

/** The code that is compiled. To write it out takes up to some 50 ms. */
export const codeOf = ({ source, consts }: Sources): string =>
  markedCode({ source: source.map((text) => unroll(text, consts)), consts });

const enabled = (code: string): string => (/\bf16\b/.test(code) ? `enable f16;\n${code}` : code);
