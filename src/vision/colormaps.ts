// The colours of Matplotlib's maps, written by test/fixtures/colormaps_table.py. Sources: viridis, magma, inferno, plasma by van der Walt and
// Smith (CC0), cividis by Nunez, Anderton and Renslow (doi 10.1371/journal.pone.0199239), turbo by Mikhailov (Apache-2.0), coolwarm by Moreland
// (doi 10.1007/978-3-642-10520-3_9), the maps that are named by colours by Brewer (ColorBrewer, Apache-2.0), cubehelix by Green (arXiv:1108.5083).

/** Levels of 0 to 255, each with its colour: straight lines between them are within 1 of Matplotlib's 256 colours. */
export const lines = {
  afmhot: '00000000 40800000 80ff8000 c0ffff81 ffffffff',
  autumn: '00ff0000 ffffff00',
  berlin:
    '009eaffe 146ea9e7 214e9ed1 2c3a8cb6 3c2a6e8f 5b163848 6b101f28 78121113 821b0b06 8d270d00 a2431301 ae571a05 bb722b15 c88e422e e5c8786e fffeadad',
  binary: '00ffffff ff000000',
  Blues: '00f7fbff 42c3d9ee 6497c6df 8563a9d3 a43d8dc3 c41d6cb1 df08519c ff08306b',
  bone: '00000000 5e525272 c0a8c7c7 ffffffff',
  BrBG: '00543005 1a8d510a 33bf812d 4ee0c481 66f6e8c3 7ff5f4f4 99c7eae5 b37ecbc0 cd32958d e600655d ff003c30',
  brg: '000000ff 7ffe0000 83f80700 ff00ff00',
  BuGn: '00f7fcfd 23e2f4f7 41caebe4 6393d5c5 8361bf9e a33daa70 c0228a44 df006d2c ff00441b',
  BuPu: '00f7fcfd 23dce9f2 629cb9d8 808c95c5 af8a56a7 c4863998 df810f7c ff4d004b',
  bwr: '000000ff 7ffefeff 83fff8f8 ffff0000',
  cividis:
    '0000224d 14003070 17003170 1d14366f 2b2b3f6d 474a536b 73717273 85817f78 a5a09775 c8c4b468 e0dec957 f3f3da42 fcfde333 fffde737',
  CMRmap: '00000000 2026267f 404d26be 619d337b 7ffd3f27 87f94e1d a0e58000 bfe5be19 dfe5e57f ffffffff',
  cool: '0000ffff ffff00ff',
  coolwarm:
    '003a4cc0 185775e1 2c7194f4 3f8baefd 55aac6fd 67c1d4f4 79d6dbe4 82dfdbd9 95efcebc a9f6b99d bcf59e7f d1ea7b60 ead1493e f7bf282e ffb30326',
  copper: '00000000 cfffa166 ffffc77e',
  cubehelix:
    '00000000 0b0f0613 15180f27 241a2341 2f17354c 3a14494e 47195e46 51246b3c 5e3e7631 695c7a2e 747e7a35 7f9e7947 8bbb7966 95cb7c85 a1d484ac afd196d2 bacaa9e6 c5c3bdf1 d3c1d5f3 dec8e5f0 ebdaf2ee f6eefaf4 ffffffff',
  gist_earth:
    '00000000 0100002b 0402004e 0704006e 08050273 27194779 3c276d7d 4930807e 75459948 784b9b46 8d79a652 b2b6b65e c8c0a365 d1c9a77b e1dbb7a2 ece7cbc1 f7f4e3e2 fffdfafa',
  gist_gray: '00000000 ffffffff',
  gist_grey: '00000000 ffffffff',
  gist_heat: '00000000 80c00000 abff5600 bfff7f00 c2ff840a ffffffff',
  gist_ncar:
    '00000080 0d005e05 1b0000ee 1c000eff 2800b7ff 2900c0ff 3400f1fe 3700feeb 4300fa9c 4f00fe1f 510cfe0a 5213fb00 5e5fce00 5f65d100 6a7bf500 6c7ffb07 6e88ff0f 79baff3b 85f1ff0b 88fff700 95ffd701 a1ffb90d afff4700 bcff0900 beff0023 caff00f8 ccf106ff d7a52cfe d89e32fd e5eb7fee fffef7fe',
  gist_rainbow:
    '00ff0028 07ff0003 08ff0100 37feff00 6600ff00 9500fffc 9700f6ff c40001ff c60800ff f3fd00ff f7ff00ea ffff00bf',
  gist_stern: '00000000 0efe0e1c 3f0a3f7e 40404080 7f7f7ffe 838383f0 bbbbbb01 bdbdbd05 ffffffff',
  gist_yarg: '00ffffff ff000000',
  gist_yerg: '00ffffff ff000000',
  GnBu: '00f7fcf0 30d5eecf 42c9eac3 61a6dcb5 8770c6c7 a04db2d2 d21676b3 e00866aa ff084081',
  gnuplot:
    '00000000 010f0006 031b0012 082d0031 13450073 1d5500a7 276300d1 306e01ec 387702fa 407f04fe 468505fb 4e8d07ef 57940ad6 619d0eae 6da61370 7bb11c1c 7fb31f03 80b42000 97c43400 b2d55600 cae27e00 e0eeac00 f7fae700 ffffff00',
  gnuplot2: '00000000 400000ff 6b8700ff 91fd4bb3 95ff53ab eafffd01 ebffff04 ffffffff',
  gray: '00000000 ffffffff',
  Grays: '00ffffff 28eaeaea 4dcdcdcd 66b5b5b5 90838383 c24e4e4e e3202020 ff000000',
  Greens: '00f7fcf5 23e2f3dc 47bee5b7 6895d391 8171c274 a13fa95b cc157e3a e0006b2b ff00441b',
  grey: '00000000 ffffffff',
  Greys: '00ffffff 28eaeaea 4dcdcdcd 66b5b5b5 90838383 c24e4e4e e3202020 ff000000',
  hot: '000a0000 5dfe0000 befffe00 c1ffff0a ffffffff',
  hsv: '00ff0000 28ffec00 2cf8fc00 2eeeff00 5507ff00 5900ff0f 8100fffb 8200fcff aa000fff ae0700ff d6f300ff dafd00f1 deff00da ffff0017',
  inferno:
    '00000003 0501010b 110b0726 1f1f0c47 2b34095f 37480b6a 4965156e 5f88216a 78af315b 8dcd4247 a2e65c2e baf78310 c3fa9306 cbfba208 d7fbb91e e4f6d33f eff1e864 f8f3f689 fffcfea4',
  jet: '0000007f 1c0000fe 200000ff 5700dcfe 5a02e8f4 6015ffe1 a3edff08 a6f7f400 a8feed00 e3fe1200 e8e80000 ff7f0000',
  magma:
    '00000003 0b050417 1e1a1041 2d301065 37420f74 4355137d 5c7c2381 77a7317d 93d4436d a4eb5660 b1f56c5b bdfa825f ccfd9f6c e4fecb8e fffbfcbf',
  managua:
    '00ffcf67 18e1a057 37bb6e46 4f9b4d3c 65783338 7463293d 8255294b 8f4d3260 a04b4680 b55265a5 d6649acf ef75c7ec ff80e7fe',
  nipy_spectral:
    '00000000 0c70007f 0d770088 19870098 1a820099 260200a9 290000b5 330000dd 3f0070dd 400077dd 4c0097dd 50009dcf 5a00aaa8 6600aa87 72009a07 73009900 9900ff00 a5afff00 a6bbfe00 b3eeec00 c0ffc900 ccff9900 d8ff0800 d9fe0000 e6dc0000 f2cc0000 f3cc0c0c ffcccccc',
  ocean: '00007f00 55000055 aa007faa ffffffff',
  Oranges: '00fff5eb 24fde3c8 43fdcc9c 64fda964 82fc8a38 a0f06812 c0d74701 e2a23403 ff7f2704',
  OrRd: '00fff7ec 2cfde0b8 41fdd39c 61fcb982 80fb8c58 a0ee6347 c1d52d1d dfb30000 ff7f0000',
  pink: '001e0000 04311919 0b482b2b 17633e3e 29825353 45a76c6c 5fc2807f 7bcea690 a4ded1a6 bfe8e8b4 dff4f4dd ffffffff',
  PiYG: '008e0152 1ac51c7d 33de77ae 4ef1b8db 66fde0ef 80f6f6f6 9ae4f4cd b4b4de81 cd7dba3f e64c9120 ff276419',
  plasma:
    '000c0786 061d068d 183f039c 306500a7 3f7c02a7 4a8c0aa4 60a92395 84cf4b74 a9ec7754 c6fa9d3a defdc128 ecfad824 fdf0f525 ffeff821',
  PRGn: '0040004b 1a762b83 359c74ad 4fc5a9d1 67e7d5e8 80f6f6f6 9ad7efd1 b3a4da9e cd57ab5f e61a7636 ff00441b',
  PuBu: '00fff7fb 25e7e3f0 42cdcfe5 669cb9d8 846ba5cc a2318dbe c0046faf e003598b ff023858',
  PuBuGn: '00fff7fb 25e7dfee 42cdcfe5 62a1bbda 8164a7ce a0348fbe c0018088 e0016a58 ff014636',
  PuOr: '007f3b08 1bb55a06 33e08214 4efdba67 66fee0b6 7ff7f6f5 88ecedf3 9ad6d8ea b5ada5ce cd7e70aa e6532686 ff2d004b',
  PuRd: '00f7f4f9 22e5deed 46d1b1d6 61c991c6 82df60ad a0e62888 c1cb1154 e0960042 ff67001f',
  Purples: '00fcfbfd 27eae8f2 44d6d6e9 6cb0afd4 899591c3 a27e79b8 d45b3595 ff3f007d',
  rainbow:
    '007f00ff 203f61fa 341798f2 4000b4eb 5122d6df 6346efd1 7264fbc2 8080feb3 8d9afba4 9dbaee90 aedcd67a c0ffb260 d6ff7b3f eeff351a ffff0000',
  RdBu: '0067001f 1ab2192b 34d7624f 4df4a683 66fddbc7 7ff7f6f6 9acee3ef b48dc2dc cd4191c2 e62064aa ff053061',
  RdGy: '0067001f 1ab2192b 34d7624f 4df4a683 67fddcc9 7ffefefd 81fdfdfd 9fd7d7d7 b6b3b3b3 cf808080 eb414141 ff1a1a1a',
  RdPu: '00fff7f3 28fcd9d5 41fbc3bf 61f99cb4 80f667a0 a1da3195 bfae017e e66f0074 ff49006a',
  RdYlBu: '00a50026 1ad73127 34f46f44 4efdb063 67fee191 80fefec0 99e0f3f7 b4a7d6e7 ce70a8ce e64473b3 ff313695',
  RdYlGn: '00a50026 1ad73127 34f46f44 4efdb063 67fee18d 7ffefebd 83f9fcb7 9bd5ed88 b3a4d869 ce60ba61 e619974f ff006837',
  Reds: '00fff5f0 23fddccd 50fca689 67fb8868 82fa6647 a1ed392b c0ca171c e0a30e14 ff67000c',
  seismic: '0000004c 400101ff 7ffdfdff 80fffdfd bfff0000 ff7f0000',
  Spectral: '009e0142 1ad53e4e 33f46d43 4efdb063 67fee18d 80fefebe 99e6f598 b6a1d9a4 cc66c2a5 e63286bc ff5e4fa2',
  spring: '00ff00ff ffffff00',
  summer: '00007f66 ffffff66',
  terrain: '00333399 260098fe 2a00a0e8 3f00ca6a 4001cc66 7ffdfe98 81fcfb97 bf805c54 c891726b ffffffff',
  turbo:
    '0030123b 0738266c 0f3f3d9c 184456c7 21466de6 294682f8 2f4291fe 3738a5fb 4126bde9 4a1ad1d2 5117debf 581ee8af 5f2ff09a 684df97c 7684fe50 7e9efd3e 86b3f835 8fcaed33 9ce7d738 a8f8be39 b5fe9e2e c2f9771e cfec520e ded43205 ecb41b01 fa8b0901 ff7a0402',
  twilight:
    '00e1d8e2 06d9d8de 0ccdd2d8 1c9ebbc8 2782a7c3 326e92bf 3e6278bb 4e5e54ae 595c399d 62572488 6b4c166b 763a1048 7e301238 802f1336 893d113b 94561546 a0761e4f ab902d50 bbac4d50 c7bb6857 d0c37e64 dac9977a e6d0b39f f3dbcecb fbe0d7dd ffe1d8e1',
  twilight_shifted:
    '002f1337 07371043 11471460 18521b78 20592b90 2b5d45a6 395f67b6 466683bd 51749ac1 5e90b2c5 6dbccad1 76d4d6db 7ee0d9e2 84e0d6db 8cdbccc8 9dcda88f a7c78f72 b2c0745d beb35852 cd9b384f da802350 e563184b f341113d fb331137 ff2f1436',
  vanimo:
    '00ffccfc 17db8dcd 28bf66ad 3a9f478c 4b762f66 5f421b38 6c281522 771d1317 83191612 8f1b1e11 9e273315 bd4e6c24 d46c9535 e181b048 eb93c85f f6aae482 ffbdfca5',
  viridis:
    '00440154 17482172 2b433a83 4538578c 7125828e 8b1e9a89 9821a784 a730b47a b84dc26b cc79d151 ebcae01e f2dce218 f9eee51b fffde724',
  winter: '000000ff ff00ff7f',
  Wistia: '00e4ff7a 41ffe719 81ffbc00 e2fd8e00 fffc7f00',
  YlGn: '00ffffe5 21f5fbb8 44d3eda0 65a4d98a 876bbf72 a040aa5c c21f8141 e0006736 ff004529',
  YlGnBu: '00ffffd9 20ecf7b1 41c4e7b4 6378cabb 8040b5c3 a01d90bf c42257a5 e0243392 ff081d58',
  YlOrBr: '00ffffe5 24fef4b6 41fee18e 61fec24d 80fd9828 a2e96d12 c0ca4b02 e4913104 ff662505',
  YlOrRd: '00ffffcc 3ffed976 60fdb14b 81fc8a3b a0fb4c29 c0e2191c dfbd0025 ff800026',
} as const;

/** Lists of colours, each for as many levels as the others. */
export const steps = {
  Accent: '7fc97f beaed4 fdc086 ffff99 386cb0 f0027f bf5b16 666666',
  Dark2: '1b9e77 d95f02 7570b3 e7298a 66a61e e6ab02 a6761d 666666',
  okabe_ito: '000000 e69f00 56b4e9 009e73 f0e442 0072b2 d55e00 cc79a7',
  Paired: 'a6cee3 1f78b4 b2df8a 33a02c fb9a99 e31a1c fdbf6f ff7f00 cab2d6 6a3d9a ffff99 b15928',
  Pastel1: 'fbb4ae b3cde3 ccebc5 decbe4 fed9a6 ffffcc e5d8bd fddaec f2f2f2',
  Pastel2: 'b3e2cd fdcdac cbd5e8 f4cae4 e6f5c9 fff2ae f1e2cc cccccc',
  Set1: 'e41a1c 377eb8 4daf4a 984ea3 ff7f00 ffff33 a65628 f781bf 999999',
  Set2: '66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3',
  Set3: '8dd3c7 ffffb3 bebada fb8072 80b1d3 fdb462 b3de69 fccde5 d9d9d9 bc80bd ccebc5 ffed6f',
  tab10: '1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf',
  tab20:
    '1f77b4 aec7e8 ff7f0e ffbb78 2ca02c 98df8a d62728 ff9896 9467bd c5b0d5 8c564b c49c94 e377c2 f7b6d2 7f7f7f c7c7c7 bcbd22 dbdb8d 17becf 9edae5',
  tab20b:
    '393b79 5254a3 6b6ecf 9c9ede 637939 8ca252 b5cf6b cedb9c 8c6d31 bd9e39 e7ba52 e7cb94 843c39 ad494a d6616b e7969c 7b4173 a55194 ce6dbd de9ed6',
  tab20c:
    '3182bd 6baed6 9ecae1 c6dbef e6550d fd8d3c fdae6b fdd0a2 31a354 74c476 a1d99b c7e9c0 756bb1 9e9ac8 bcbddc dadaeb 636363 969696 bdbdbd d9d9d9',
} as const;
