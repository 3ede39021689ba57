[inputs: ["mix.exs", "{lib,test,demo}/**/*.{ex,exs}"]]
