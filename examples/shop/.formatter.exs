[
  inputs: ["mix.exs", "{lib,test,demo}/**/*.{ex,exs}"],
  line_length: 120
]
