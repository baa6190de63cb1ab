# Short names for what the scripts do; nothing is done here alone.

set positional-arguments

# everything on this machine
up *args:
    script/up "$@"

# all tests, or those whose name is given
test *args:
    script/test "$@"

# the long crash run, or --broken
crash *args:
    script/crash "$@"

# what must hold before a change goes in
ci:
    .ci/run

# writes the committed description of the API anew
openapi:
    # Beside it first: a failure must not leave half a file.
    cargo run -q -- openapi > docs/openapi.json.new
    mv docs/openapi.json.new docs/openapi.json
