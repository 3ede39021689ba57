[
  inputs: ["{mix,.formatter}.exs", "mix/*.ex", "{lib,test}/**/*.{ex,exs}"],
  line_length: 130
]
