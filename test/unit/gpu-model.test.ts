// The model of `npm run check -- gpu`: assembly as RADV writes it is followed through its loops, whatever their number of turns hangs on.
import { describe, expect, test } from 'vitest';
import { gpus } from '../../bench/gpu/gpus';
import { inputsOf } from '../../bench/gpu/inputs';
import { count, parse } from '../../bench/gpu/isa';
import { estimate, type Launch } from '../../bench/gpu/model';
import { compared } from '../../bench/gpu/table';

/** A loop of as many turns as the first uniform says, of two multiplications and one load that is waited for. */
const counted = `BB0:
	s_load_dwordx4 s[8:11], s[2:3], 0x10                        ; f4080201
	s_waitcnt lgkmcnt(0)                                        ; bf8cc07f
	s_buffer_load_dword s4, s[8:11], null                       ; f4200104
	s_load_dwordx4 s[12:15], s[2:3], null                       ; f4080301
	v_lshl_add_u32 v1, s3, 6, v0                                ; d7460001
	v_lshlrev_b32_e32 v1, 2, v1                                 ; 34020282
	s_mov_b32 s5, 0                                             ; be850380
	s_waitcnt lgkmcnt(0)                                        ; bf8cc07f
BB1:
	s_cmp_ge_u32 s5, s4                                         ; bf090405
	s_cbranch_scc1 BB3                                          ; bf850007
BB2:
	buffer_load_dword v2, v1, s[12:15], 0 offen                 ; e0301000
	s_waitcnt vmcnt(0)                                          ; bf8c3f70
	v_fmac_f32_e32 v3, v2, v2                                   ; 56060502
	v_fma_f32 v4, v2, v2, -v3                                   ; d54b0004
	v_mul_lo_u32 v5, v0, v0                                     ; d5690005
	s_add_u32 s5, s5, 1                                         ; 80058105
	s_branch BB1                                                ; bf82fff7
BB3:
	s_endpgm                                                    ; bf810000
`;

/** Lanes go on for as many turns as their place in the workgroup. */
const perLane = `BB0:
	s_load_dwordx4 s[8:11], s[2:3], null                        ; f4080201
	v_mov_b32_e32 v1, 0                                         ; 7e020280
	s_mov_b64 s[0:1], exec                                      ; be80047e
BB1:
	v_cmpx_lt_u32_e32 v1, v0                                    ; 7da20101
	s_cbranch_execz BB3                                         ; bf880004
BB2:
	v_fmac_f32_e32 v3, v2, v2                                   ; 56060502
	v_add_nc_u32_e32 v1, 1, v1                                  ; 4a020281
	s_branch BB1                                                ; bf82fffb
BB3:
	s_mov_b64 exec, s[0:1]                                      ; befe0400
	s_endpgm                                                    ; bf810000
`;

const WGSL = '@compute fn main(@builtin(workgroup_id) wid: vec3u) { y[wid.x] = 0; }';

function launch(text: string, turns: number, groups = 160, threads = 64): Launch {
  const program = parse(text);
  return {
    program,
    statistics: { lanes: 64, registers: 32, ldsBytes: 0 },
    size: [threads, 1, 1],
    groups: [groups, 1, 1],
    buffers: new Map([
      [0, { bytes: 1 << 20 }],
      [1, { bytes: 16, contents: new Uint8Array(new Uint32Array([turns, 0, 0, 0]).buffer) }],
    ]),
    inputs: inputsOf(program, WGSL, 'rdna2'),
  };
}

const navi21 = gpus.navi21!;

describe('assembly', () => {
  test('instructions have kinds, bytes and slots, and branches back are loops', () => {
    const { code, root } = parse(counted);
    const [loop] = root.inner;
    expect(root.inner).toHaveLength(1);
    expect(['fma', 'valu', 'load'].map((kind) => count(code, loop!, kind as 'fma'))).toEqual([2, 1, 1]);
    expect(code.find(({ op }) => op === 'v_mul_lo_u32')!.slots).toBe(4);
    expect(code.find(({ kind }) => kind === 'load')!.bytes).toBe(4);
  });

  test("a workgroup's place is found behind the set of descriptors, and behind the grid's size where a kernel reads that", () => {
    expect(inputsOf(parse(counted), WGSL, 'rdna2')).toMatchObject({
      set: 2,
      counts: undefined,
      places: [3, undefined, undefined],
    });
    const folded = `	s_mov_b32 s0, s3                                            ; 
	s_movk_i32 s3, 0x8000                                       ; 
	s_load_dwordx4 s[8:11], s[2:3], 0x30                        ; 
	s_mul_i32 s0, s7, s0                                        ; 
	v_lshl_add_u32 v0, s6, 6, v0                                ; 
`;
    const wgsl =
      'fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) n: vec3u) { let i = wid.y * n.x + wid.x; }';
    expect(inputsOf(parse(folded), wgsl, 'rdna2')).toMatchObject({ set: 2, counts: 3, places: [6, 7, undefined] });
  });
});

describe('the model', () => {
  test('counts the turns that a uniform says', () => {
    for (const turns of [0, 1, 7, 1000]) {
      const { multiplications, guesses, isComplete } = estimate(launch(counted, turns), navi21);
      expect({ multiplications, guesses, isComplete }).toEqual({
        multiplications: turns * 2 * 64 * 160,
        guesses: 0,
        isComplete: true,
      });
    }
  });

  test('counts the turns of lanes that differ', () => {
    const { multiplications, guesses } = estimate(launch(perLane, 0, 1), navi21);
    expect(multiplications).toBe((63 * 64) / 2);
    expect(guesses).toBe(0);
  });

  test('knows what RDNA 3 calls otherwise', () => {
    const older = perLane.replace('BB2:\n', 'BB2:\n\ts_andn2_b64 s[4:5], s[0:1], exec\n\ts_cbranch_scc0 BB4\nBB4:\n');
    const newer = older.replace('s_andn2_b64', 's_and_not1_b64');
    const [before, now] = [older, newer].map((text) => estimate(launch(text, 0, 1), navi21));
    expect(now).toEqual(before);
    expect(now!.guesses).toBe(0);
  });

  test('takes issue slots, or the latency that no other wave covers', () => {
    // A wave a SIMD: each turn waits 600 cycles for its load, and then takes six slots, as one of the two SIMDs of a unit.
    const alone = estimate(launch(counted, 100), navi21);
    expect(alone.compute * 2250).toBeGreaterThan(100 * 600);
    expect(alone.compute * 2250).toBeLessThan(100 * 640);
    expect(alone.waiting).toBeGreaterThan(0.9);
    expect(alone.share).toBeCloseTo(2 / 6, 2);
    // Sixteen waves a SIMD wait at the same time.
    const many = estimate(launch(counted, 100, 16 * 160), navi21);
    expect(many.compute / alone.compute).toBeCloseTo(1, 1);
  });

  test('is never above the peak, whatever the sizes of workgroups and GPUs', () => {
    const over: unknown[] = [];
    const chips = ['navi21', 'vega10', 'gfx1100'].map((name) => [name, gpus[name]!] as const);
    for (const [name, gpu] of chips)
      for (const threads of [32, 64, 128, 192, 256])
        for (const groups of [1, 1000]) {
          const { compute, multiplications } = estimate(launch(counted, 5, groups, threads), gpu);
          const share = multiplications / (compute * 1000 * gpu.units * 64 * gpu.gigahertz);
          if (!(share <= 2 / 6)) over.push([name, threads, groups, share]);
        }
    expect(over).toEqual([]);
  });

  test("bytes in flight bound the memory's rate, and a buffer's size its bytes", () => {
    const few = estimate(launch(counted, 100, 1), navi21);
    expect(few.inFlight).toBe(256);
    expect(few.bytes).toBe(100 * 256);
    expect(few.memory).toBeCloseTo((few.bytes / (256 / 400e-9)) * 1e6, 6);
    expect(estimate(launch(counted, 100, 16 * 160), navi21).bytes).toBe(1 << 20);
  });
});

test('what a change moved is named, the largest loss first', () => {
  const row = (workload: string, us: number) => ({ workload, us, peak: 10, ofMemory: 10, dispatches: [] });
  const lines = compared([row('a', 10), row('b', 10), row('c', 10)], [row('a', 5), row('b', 12), row('c', 10)]);
  expect(lines.map((line) => line.split(/\s{2,}/)[0])).toEqual([
    'workload',
    'b',
    'a',
    '',
    expect.stringContaining('2 of 3 rows moved'),
  ]);
  expect(compared([row('a', 10)], [row('a', 10)])).toEqual(['None of 1 rows moved.']);
});
