"use strict";
const unetlensExplorer = {};
unetlensExplorer.measures = [
{ id: "cosine", name: "Cosine", how: "a·b / (|a| |b|)" },
{ id: "centered-cosine", name: "Cosine, centred",
how: "the cosine of a − m and b − m, m the mean of the two images’ mean tokens" },
{ id: "dot-product", name: "Dot product", how: "a·b over the map’s largest |a·b|" },
{ id: "manhattan", name: "Manhattan", how: "1 − Σ|a − b| over the map’s largest such sum" },
{ id: "euclidean", name: "Euclidean", how: "1 − |a − b| over the map’s largest such distance" },
{ id: "chebyshev", name: "Chebyshev",
how: "1 − the largest |aᵢ − bᵢ| over the map’s largest such distance" },
{ id: "relative-norm", name: "Relative L2 norm",
how: "(|b| − |a|) over the map’s largest magnitude of that" },
];
unetlensExplorer.blocks = [
"conv_in", "down_blocks[0]", "down_blocks[1]", "down_blocks[2]", "down_blocks[3]", "mid_block",
"up_blocks[0]", "up_blocks[1]", "up_blocks[2]", "up_blocks[3]", "conv_out",
];
unetlensExplorer.shortName = (block) => block
.replace(/^conv_/, "").replace(/^mid_block$/, "mid")
.replace(/^(down|up)_blocks\[(\d+)\]/, (_, way, place) => (way === "down" ? "dn" : "up") + place);
