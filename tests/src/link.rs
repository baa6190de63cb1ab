//! Links, to the database or from a phone: a slow one, a TCP proxy that holds everything back for a while in both directions, as a database in another
//! building does, and one that can be cut or fall silent.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::sleep,
};

/// Opens a link to `target` that delays each piece by `delay`; gives the port at its near end.
///
/// # Panics
/// When there is no free port.
pub async fn slow_link(target: SocketAddr, delay: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(target).await else { continue };
            near.set_nodelay(true).ok();
            far.set_nodelay(true).ok();
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(near_in, far_out, delay));
            tokio::spawn(carry(far_in, near_out, delay));
        }
    });
    port
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        sleep(delay).await;
        if to.write_all(&piece[..length]).await.is_err() {
            break;
        }
    }
}

/// A link that can be cut, as when the database restarts, its host is gone or a phone is in a lift, or fall silent, as when whatever lies between forgets it.
#[derive(Debug)]
pub struct Switch {
    whole: watch::Sender<bool>,
    hush: watch::Sender<()>,
}

impl Switch {
    /// Breaks every connection, and lets no new one through.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// Lets nothing more pass over the connections that there are, and breaks none. New ones are as usual.
    pub fn hush(&self) {
        self.hush.send_replace(());
    }
}

/// Opens a link to `target` that can be cut; gives the port at its near end.
///
/// # Panics
/// When there is no free port.
pub async fn breakable_link(target: SocketAddr) -> (u16, Switch) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (switch, whole) = watch::channel(true);
    let (hush, hushed) = watch::channel(());
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (mut whole, mut hushed) = (whole.clone(), hushed.clone());
            hushed.mark_unchanged();
            tokio::spawn(async move {
                if !*whole.borrow_and_update() {
                    return;
                }
                let Ok(mut far) = TcpStream::connect(target).await else { return };
                let silent = tokio::select! {
                    _ = copy_bidirectional(&mut near, &mut far) => false,
                    _ = whole.wait_for(|whole| !whole) => false,
                    Ok(()) = hushed.changed() => true,
                };
                if silent {
                    // Both ends believe that it is there.
                    whole.wait_for(|whole| !whole).await.ok();
                }
            });
        }
    });
    (port, Switch { whole: switch, hush })
}
