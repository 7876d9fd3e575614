std = 'luajit'
globals = { 'vim' }
max_line_length = 130 -- sentences; StyLua keeps code within 120
files['lua/kinos/types.lua'] = { max_line_length = false }
