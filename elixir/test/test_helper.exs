# Where the VM's own logs and crash reports of planted faults go is nobody's business here.
Logger.configure(level: :warning)
ExUnit.start(capture_log: true, exclude: [])
