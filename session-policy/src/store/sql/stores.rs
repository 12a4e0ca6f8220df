//! The contract, for both stores.

/// Implements the contract for a store around an [`Engine`](super::engine::Engine).
macro_rules! store {
    ($store:ident) => {
        impl $store {
            /// In so much time an operation succeeds or fails, whatever it takes: waiting for a connection, for others, trying
            /// again. A request makes one to three. Default 2 seconds.
            ///
            /// What waits for a connection of the pool is bounded by this, too; the pool's own limit (30 seconds unless set) is
            /// longer.
            #[must_use]
            pub fn timeout(mut self, timeout: Duration) -> Self {
                self.0.timeout = timeout;
                self
            }

            /// Makes the tables if there are none. May be called at every start, by several nodes at once.
            ///
            /// # Errors
            /// If the tables are those of a newer version, or the database does not answer within a minute or refuses.
            pub async fn migrate(&self) -> Result<(), StoreError> {
                self.0.migrate().await
            }
        }

        impl crate::store::Store for $store {
            async fn create(&self, create: crate::store::Create) -> Result<crate::store::Created, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.create(create, None).await }).await
            }

            async fn load(&self, load: crate::store::Load) -> Result<crate::store::Loaded, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.load(load).await }).await
            }

            async fn commit(&self, commit: crate::store::Commit) -> Result<crate::store::Committed, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.commit(commit).await }).await
            }

            async fn rotate(&self, rotate: crate::store::Rotate) -> Result<crate::store::Rotated, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.rotate(rotate).await }).await
            }

            async fn end(&self, end: crate::store::End) -> Result<crate::store::Ended, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.end(end).await }).await
            }

            async fn sweep(&self, sweep: crate::store::Sweep) -> Result<crate::store::Swept, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.sweep(sweep).await }).await
            }

            async fn reclaim(&self, reclaim: crate::store::Reclaim) -> Result<Vec<crate::store::Claim>, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.reclaim(reclaim).await }).await
            }

            async fn settle(&self, ends: Vec<crate::token::RecordId>) -> Result<(), StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.settle(ends).await }).await
            }

            async fn report_clock(
                &self,
                report: crate::store::ClockReport,
            ) -> Result<Vec<crate::store::ClockReport>, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.report_clock(report).await }).await
            }

            fn capabilities(&self) -> crate::store::Capabilities<'_> {
                crate::store::Capabilities::none().by_user(self).admit(self)
            }
        }

        impl crate::store::ByUser for $store {
            async fn generation(&self, user: &crate::store::UserId) -> Result<crate::store::Generation, StoreError> {
                let (engine, user) = (self.0.copy(), user.clone());
                super::engine::to_the_end(async move { engine.generation(&user).await }).await
            }

            async fn of_user(&self, user: &crate::store::UserId) -> Result<Vec<crate::store::Snapshot>, StoreError> {
                let (engine, user) = (self.0.copy(), user.clone());
                super::engine::to_the_end(async move { engine.of_user(&user).await }).await
            }

            async fn reset_user(&self, reset: crate::store::Reset) -> Result<crate::store::Swept, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.reset_user(reset).await }).await
            }

            async fn reset_everyone(
                &self,
                reset: crate::store::ResetEveryone,
            ) -> Result<crate::store::Swept, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.reset_everyone(reset).await }).await
            }

            async fn set_role(&self, set: crate::store::SetRole) -> Result<usize, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.set_role(set).await }).await
            }
        }

        impl crate::store::Admit for $store {
            async fn admit(
                &self,
                create: crate::store::Create,
                limit: crate::store::SessionLimit,
            ) -> Result<crate::store::Created, StoreError> {
                let engine = self.0.copy();
                super::engine::to_the_end(async move { engine.create(create, Some(limit)).await }).await
            }
        }
    };
}
pub(super) use store;
