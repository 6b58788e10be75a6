// Small pictures of courses and demos, as fields of lamps: `.` is a dark one, `o` a lit one of the cool light, `#` of the warm one.

const PATTERNS: Record<string, string> = {
  's0-convolution': '........... .###....... .###..oooo. .###..oooo. .......oooo .......oooo ...........',
  's1-mnist': '........... ...#####... .......#... ......##... .....##.... .....#..... ...........',
  's2-cifar10': '.....#..... ....###.... ..#######.. ooooo#ooooo ....###.... ...##.##... ...........',
  's3-notes': '.ooooo..... .o...o..... .o.#.o.###. .o.#.o.#.#. .ooooo.###. ........... ...........',
  's4-imaging': '....###.... ...#...#... ...#.o.#... ....#o#.... .....o..... ....ooo.... ...........',
  'from-pytorch': '........... ..##....... .##........ ##..#ooo#.. .##........ ..##....... ...........',
  convolution: '.......... .ooo...... .ooo###... .ooo###... ....###... .......... ..........',
  build: '........... ......#.... .o..##.#... .o..##.##.. .o..##.#... ......#.... ...........',
  balance: '........... ......##... .....##.... .....##.... ....##..... ..ooooooo.. ..o.....o.. ...........',
  mnist: '..####..... .##..##.... .....##.... ...###..... ..##....oo. .######.oo. ...........',
  guide: '........... .ooooo.ooo. ........... .###.ooooo. ........... .oooo.oo... ...........',
  engine: '........... .##.....oo. .##.###.oo. ....###.... .##.###.oo. .##.....oo. ...........',
  detection: 'ooo.....ooo o.........o ...####.... ...####.... ...####.... o.........o ooo.....ooo',
  style: '..oo...##.. .o..o.#..#. .....#..... .oo...##... o..o.#..#.. ....#....## ...........',
  inside: '........... ...ooooo... ..o..#..o.. .o..###..o. ..o..#..o.. ...ooooo... ...........',
  generate: '........... .o..o.o.##. ..o....#..# .o.oo.o..#. ..o.o.o.#.. .oo..o.#### ...........',
  forge: '........... .ooo...###. .o.o...#.#. .o.oo.##.#. .o.o...#.#. .ooo...###. ...........',
  gpt2: '........... .ooo.####.. .......#... .oooo..#... ......###.. .oo.oo..... ...........',
  transformers: '........... .###...ooo. .#.#.o..... .###..ooo.. .....o..... .oo..oo.... ...........',
  paint: '........... ..##....ooo .####...ooo .####...ooo ..##...#... ......###.. ...........',
  pictures: '........... .ooo.ooo.## .o.o.ooo.## .ooo.ooo... ........... ###.ooo.ooo ...........',
  write: '........... .oooo.ooo.. ........... .ooo.oooo.. ........... .oo.oo##... ...........',
  speed: '........... .........#. .......#.#. .....o.#.#. ...o.o.#.#. .o.o.o.#.#. ...........',
  'web-page': '.ooooooooo. .o.......o. .ooooooooo. .o.#..##.o. .o.#...#.o. .ooooooooo. ...........',
};

const NONE = '........... ........... ...##.##... ...##.##... ...##.##... ........... ...........';

/** The emblem of a notebook, as SVG. */
export function emblem(name: string): string {
  const rows = (PATTERNS[name] ?? NONE).split(' ');
  const width = Math.max(...rows.map((row) => row.length));
  const lamps = Object.entries({ low: '.', mid: 'o', high: '#' }).map(([kind, mark]) => {
    // Lines without length, whose round ends are the lamps.
    const dots = rows.flatMap((row, y) =>
      [...row].flatMap((at, x) => (at === mark ? [`M${2 * x + 1} ${2 * y + 1}h0`] : [])),
    );
    return `<path class="${kind}" d="${dots.join('')}"/>`;
  });
  return `<svg class="emblem" viewBox="0 0 ${2 * width} ${2 * rows.length}" aria-hidden="true">${lamps.join('')}</svg>`;
}
