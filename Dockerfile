# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches make the second build short. They are no part of a layer, hence the copy in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --release --locked --package api --bin kairan \
    && cp target/release/kairan /usr/local/bin/kairan

FROM debian:bookworm-slim
# The roots that the push services' certificates lead to.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin kairan \
    && install -d -o kairan -g kairan -m 0700 /keys /files
COPY --from=build /usr/local/bin/kairan /usr/local/bin/kairan
ENV KAIRAN_ENV=production KAIRAN_LISTEN=0.0.0.0:8080
# By number, so that an orchestrator sees that it is not root.
USER 10001
WORKDIR /
EXPOSE 8080
ENTRYPOINT ["kairan"]
CMD ["serve"]
