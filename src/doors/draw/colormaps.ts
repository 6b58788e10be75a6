// The colours of Matplotlib's maps, written by test/fixtures/colormaps_table.py. Sources: viridis, magma, inferno, plasma by van der Walt and
// Smith (CC0), cividis by Nunez, Anderton and Renslow (doi 10.1371/journal.pone.0199239), turbo by Mikhailov (Apache-2.0), coolwarm by Moreland
// (doi 10.1007/978-3-642-10520-3_9), the maps that are named by colours by Brewer (ColorBrewer, Apache-2.0), cubehelix by Green (arXiv:1108.5083).

/** Stops, each a level of 0 to 255 and its colour. Linear interpolation is within 1 of Matplotlib's colours. */
export const lines = {
  afmhot: '00000000 40800000 80ff8101 bfffff7f ffffffff',
  autumn: '00ff0000 ffffff00',
  berlin:
    '009eb0ff 146fa9e8 1e56a2d7 293f92be 34327ea3 4e1e4e65 67112630 75111418 80190c09 8b250c01 a3451401 ae571b06 bb732b16 ca924632 efdd8d86 ffffadad',
  binary: '00ffffff ff000000',
  Blues: '00f7fbff 41c4daee 6399c7e0 8465aad4 a53c8cc3 c31e6db2 e008509b ff08306b',
  bone: '00000000 60545574 c1aac9c9 ffffffff',
  BrBG: '00543005 1a8d520b 33bf812d 4ddfc37e 67f6e9c5 80f4f5f5 9ac4e9e4 b37fccc0 cd33958d e601655d ff003c30',
  brg: '000000ff 7ffe0001 83f80700 ff00ff00',
  BuGn: '00f7fcfd 24e2f4f7 41caebe5 668fd4c2 8263c0a0 a23fab72 c0228a44 e0006c2c ff00441b',
  BuPu: '00f7fcfd 25dbe8f2 629db9d9 818c94c5 b38a51a5 c4873a98 df810f7c ff4d004b',
  bwr: '000000ff 7ffefeff 83fff8f8 ffff0000',
  cividis:
    '0000224e 14003070 17013271 1d143670 29293f6e 41444f6c 66666970 827e7d78 a39e9676 c7c3b369 e2e0cb56 f4f5dc41 fbfde334 fffee838',
  CMRmap: '00000000 20262680 404d26bf 619d347c 7ffd4028 81fe4324 9fe67f00 bfe6bf19 e0e6e683 ffffffff',
  cool: '0000ffff ffff00ff',
  coolwarm:
    '003b4cc0 165572df 2a6f92f3 408db0fe 53a7c5fe 68c3d5f4 7cd9dce1 83e0dbd8 97f1cdba acf7b599 bef59c7d d4e8765c e8d44e41 f6c12b30 feb50927 ffb40426',
  copper: '00000000 cfffa267 ffffc77f',
  cubehelix:
    '00000000 0c110815 1719122b 231a2240 3017374d 3c154d4e 47195e47 52266c3c 5d3c7632 685a7a2f 71757b33 7a907a3e 85ae7956 90c57a76 9ad17f96 a6d48abb b2d09cd9 bec8b1ec cac2c6f3 d4c2d7f3 e1cce9ef f0e3f6f0 fbf8fdfa ffffffff',
  gist_earth:
    '00000000 0101002b 02010039 0705006e 08050274 24184179 3825677d 48308080 75459a49 774a9b46 8e7ca753 b2b7b75e c8c0a465 cfc7a676 dfd9b59d e8e3c3b6 f6f3e1e0 fffdfbfb',
  gist_gray: '00000000 ffffffff',
  gist_grey: '00000000 ffffffff',
  gist_heat: '00000000 80c00100 aaff5500 bfff7f00 ffffffff',
  gist_ncar:
    '00000080 0d005f06 1b0000ee 1c000eff 2800b8ff 2a00c6ff 3400f2ff 3700ffeb 4300fa9d 4f00fe1f 510dff0b 5213fb00 5e60ce00 5f66d100 6a7cf500 6d84ff0c 79bbff3c 85f1ff0c 88fff800 95ffd801 a1ffba0e afff4701 bcff0a00 beff0023 caff00f8 ccf107ff d7a62dff d89f33fe e5eb80ee fffef8fe',
  gist_rainbow:
    '00ff0029 07ff0003 08ff0200 37feff00 6600ff00 9500fffd 9700f6ff c40002ff c70e00ff f3fe00ff fcff00d0 ffff00bf',
  gist_stern: '00000000 0eff0e1c 3f0b3f7e 40404080 7f7f7ffe 818181f9 bbbbbb02 bcbcbc02 ffffffff',
  gist_yarg: '00ffffff ff000000',
  gist_yerg: '00ffffff ff000000',
  GnBu: '00f7fcf0 39d0edca 42c9eac4 60a7ddb5 8573c8c7 a04db2d3 d21677b3 e00867ab ff084081',
  gnuplot:
    '00000000 01100006 031c0013 09300038 13460073 1e5700ac 266201cd 2e6c01e7 367502f8 3f7f04ff 478706fb 4f8e08ed 56940ada 609c0eb3 6aa41281 79b01b29 7fb42003 80b52000 9cc73a00 b7d85e00 d0e68a00 e6f2bb00 fbfdf300 ffffff00',
  gnuplot2: '00000000 400100ff 6b8700ff 91fe4cb3 eafffe01 ebffff05 ffffffff',
  gray: '00000000 ffffffff',
  Grays: '00ffffff 27ebebeb 49d1d1d1 64b8b8b8 8c888888 c34d4d4d e51e1e1e ff000000',
  Greens: '00f7fcf5 23e2f4dd 46c0e6b9 6994d390 846dc072 a13fa95c c61c8540 e0006c2c ff00441b',
  grey: '00000000 ffffffff',
  Greys: '00ffffff 27ebebeb 49d1d1d1 64b8b8b8 8c888888 c34d4d4d e51e1e1e ff000000',
  hot: '000b0000 5dff0000 befffe00 ffffffff',
  hsv: '00ff0000 28ffec00 2cf8fd00 30e2ff00 5508ff00 5900ff10 8100fffc 8300f6ff aa0010ff ae0800ff d6f400ff dafe00f1 deff00db ffff0018',
  inferno:
    '00000004 07030210 16120a32 23260c51 2d380962 3a4d0d6c 52741a6e 6a9a2865 80bc3754 97da4e3c acef6c23 c2fa9207 c9fc9f07 d2fcb014 e1f8cd37 edf3e55d f4f1f179 fbf6fa96 fffcffa4',
  jet: '00000080 1c0000ff 200001ff 5700ddfe 5a02e8f4 5f13fde4 631fffd7 a3eeff09 a6f8f500 a9ffea00 e3ff1300 e8e80000 ff800000',
  magma:
    '00000004 0703030f 140e0b2b 26251255 3036106b 3a471078 4b621980 69912b81 85bf3a77 98dc4869 a8ef5d5e b6f8765c c3fc8e64 d5feb078 effde0a1 fffcfdbf',
  managua:
    '00ffcf67 1adf9d56 38bb6d46 588e423a 6d6d2d3a 7a5d2843 86522b51 954c396b aa4e5593 bd5672b1 dd69a6d7 fe80e5fe ff81e7ff',
  nipy_spectral:
    '00000000 0c700080 0d770088 19870098 1a83009a 260300aa 270000ad 330000dd 400078dd 4c0098dd 50009ecf 5a00aaa8 6600aa88 72009a08 73009a00 9900ff00 a5b0ff00 a6bcff00 b3efed00 c0ffc900 ccff9900 d8ff0900 d9fe0000 e6dc0000 f2cc0000 f3cc0c0c ffcccccc',
  ocean: '00008000 55000055 aa0080aa ffffffff',
  Oranges: '00fff5eb 23fee4ca 42fdce9e 65fda863 83fc8937 a1f06712 c0d84801 e3a13403 ff7f2704',
  OrRd: '00fff7ec 2afee2bb 43fdd19b 62fdb881 81fb8b58 a1ee6246 c4d2291a e0b20000 ff7f0000',
  pink: '001e0000 04321a1a 0c4b2d2d 19684141 308d5a5a 50b47575 5ec27f7e 76cca08e 94d8c19f bce8e7b3 c6ebebbe e6f7f7e5 ffffffff',
  PiYG: '008e0152 19c41a7c 33de77ae 4df1b7da 68fde2f0 80f7f7f6 99e6f5d0 b4b5df82 cc7fbc41 e64c9121 ff276419',
  plasma:
    '000d0887 08220690 1f4b03a1 346c00a8 428104a7 529814a0 70bc3587 95de5f65 baf68d45 d2fdaf31 e3fdca26 eef9dc24 fbf2f227 fff0f921',
  PRGn: '0040004b 1a772b84 349b72ac 4ec4a8d0 67e8d5e9 7ff7f6f7 99d9f0d3 b3a5da9f cd58ac5f e61a7736 ff00441b',
  PuBu: '00fff7fb 23e9e5f1 43cccfe5 669cb9d9 826fa7ce a3308cbe c0056faf e104588a ff023858',
  PuBuGn: '00fff7fb 23e9e0ef 43cccfe5 61a3bcda 8263a7ce a03590bf bf02818a e2016956 ff014636',
  PuOr: '007f3b08 1cb75c07 33e08214 4dfdb965 67fee1b9 7ff7f7f6 9ad7d8ea b5ada6ce cd7e70ab e6532687 ff2d004b',
  PuRd: '00f7f4f9 21e6e0ee 47d1b1d6 60c993c7 82e060ad 9fe72a8a bfce1256 e1950041 ff67001f',
  Purples: '00fcfbfd 25eceaf3 44d6d6e9 68b4b4d7 8a9490c3 a27e79b8 dd552a90 ff3f007d',
  rainbow:
    '008000ff 1e445cfb 331996f3 4000b5eb 5021d5e1 6142edd3 6f5ffac6 7f7fffb5 8e9dfba4 9cb9ef92 aad4dd80 bbf6be68 bfffb562 d7ff793e fbff0d06 ffff0000',
  RdBu: '0067001f 1ab3192c 34d7634f 4ef5a886 67fddcc9 80f6f7f7 9acfe4ef b48dc2dc cc4393c3 e62065ab ff053061',
  RdGy: '0067001f 1ab3192c 34d7634f 4ef5a886 67fddcc9 7ffffefe 8defefef a2d3d3d3 b5b5b5b5 d5737373 ea444444 ff1a1a1a',
  RdPu: '00fff7f3 28fdd9d6 42fcc2bf 62fa9bb4 81f666a1 a1db3196 bfae017e ea690173 ff49006a',
  RdYlBu: '00a50026 1ad83128 35f57245 4dfdaf62 67fee192 80feffc0 99e0f3f8 b3aad8e9 ce70a9cf e64574b3 ff313695',
  RdYlGn: '00a50026 1ad83128 35f57245 4ffdb365 67fee18d 7ffffebe 83fafdb8 9bd5ed88 b3a5d86a ce60ba62 e6199750 ff006837',
  Reds: '00fff5f0 22fedecf 55fca082 6cfc8262 85f96245 a0ee3a2c c0ca181d e0a30f15 ff67000d',
  seismic: '0000004d 400101ff 7ffdfdff 80fffdfd bfff0101 ff800000',
  Spectral:
    '009e0142 1ad63f4f 33f46d43 4ffdb365 67fee18d 7ffffebe 87f8fcb4 9ae4f498 b5a4daa4 cd64c0a6 e53389bd ec3d79b6 ff5e4fa2',
  spring: '00ff00ff ffffff00',
  summer: '00008066 ffffff66',
  terrain: '00333399 260098fe 28009cf5 4001cc66 7ffdff99 81fcfb97 bf805c54 ffffffff',
  turbo:
    '0030123b 08392a73 104040a2 184456c7 20466be3 284680f6 2e448ffe 343d9efe 3d2eb4f2 481ccdd8 4f18dbc5 551ae4b6 5c27eea4 643ff68a 747dff56 7d9cfe40 85b1f936 91d0ea34 9fecd13a a9f9bc39 b4fea130 c0fb7e21 d0eb500e ded43305 ebb71d02 f8920b01 ff7a0403',
  twilight:
    '00e2d9e2 08d6d7dd 10c2ced4 1d9cb9c8 2880a5c3 336d90c0 3d637bbc 4c5f59b1 5a5c379c 63572385 6a4e186f 743d114e 7d32123a 80301437 873a113a 8f4a1342 9e711d4f a98c2a50 b8a84750 c5b96456 d0c37f64 dbca9a7d ead4bdad f5ddd1d1 fde2d9e0 ffe2d9e2',
  twilight_shifted:
    '00301437 05351140 0c3f1251 154e186f 1e58278b 275d3ca0 355f5eb3 42637bbc 4d6e92c0 5882a7c3 65a4beca 74d0d4d9 7cded9e1 80e2d9e1 87dfd4d6 91d7c3b8 9fcca389 a9c68b6e b4be705b c1af5251 cf983550 da802350 e661184b f53d113c fd311337 ff2f1436',
  vanimo:
    '00ffcdfd 14e095d4 26c36bb2 37a54c92 47813570 58542148 6535182d 6f25141f 7b1b1415 87191811 96202713 a934471a cb60852e da75a13d e78cbe55 f09ed56e fdbaf79d ffbefda5',
  viridis:
    '00440154 14481d6f 2346307e 3b3d4d8a 5d2d708e 841f948c 931fa287 a22ab07f b344bf70 c66ccd5a dfaadc32 edd0e11c f4e2e418 fdf8e621 fffde725',
  winter: '000000ff ff00ff80',
  Wistia: '00e4ff7a 41ffe719 82ffbc00 e1fd8f00 fffc7f00',
  YlGn: '00ffffe5 21f6fcb8 43d5eea1 65a4d98a 8470c275 a13fa95c c1218242 e0006737 ff004529',
  YlGnBu: '00ffffd9 20edf8b1 40c6e9b4 6476cabc 813fb4c4 a01d90c0 c52356a4 df253494 ff081d58',
  YlOrBr: '00ffffe5 23fff5b8 41fee28e 61fec24d 82fd9627 a2e96d13 c1c94b02 e3933204 ff662506',
  YlOrRd: '00ffffcc 40fed976 61feb04b 80fd8c3c a1fb4b29 c0e2191c e0bb0026 ff800026',
} as const;

/** Lists of plain colours; each colour fills an equal range of levels. */
export const steps = {
  Accent: '7fc97f beaed4 fdc086 ffff99 386cb0 f0027f bf5b17 666666',
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
