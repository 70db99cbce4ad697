//! Which rule looks at which event of the flow.

use super::context::{Context, Found};
use super::{code, crypto, data, errors, keys, loosened, sql, transport};
use crate::flow::{Flow, FlowEvent, Observer};

impl Observer for Found {
    fn observe(&self, flow: &Flow<'_>, event: FlowEvent<'_>) {
        let cx = &Context { flow, found: self };
        match event {
            FlowEvent::Literal { text, span } => {
                transport::literal(cx, text, span);
                data::literal(cx, text, span);
                keys::literal(cx, text, span);
            }
            FlowEvent::Built { value, span } => {
                sql::built(cx, value, span);
                keys::built(cx, value, span);
                transport::built(cx, value, span);
            }
            FlowEvent::Assigned {
                name,
                target,
                written,
                value,
            } => {
                keys::assigned(cx, name, target, written, value);
                transport::assigned(cx, name, written, value);
                crypto::assigned(cx, name, written, value);
                data::assigned(cx, name, written);
                loosened::assigned(cx, name, written);
            }
            FlowEvent::Defaulted {
                name,
                written,
                value,
            } => keys::defaulted(cx, name, written, value),
            FlowEvent::FellBack { parts, values } => keys::fallback(cx, parts, values),
            FlowEvent::Compared { parts } => keys::compared(cx, parts),
            FlowEvent::Mentioned { path, span } => {
                transport::mentioned(cx, path, span);
                crypto::mentioned(cx, path, span);
            }
            FlowEvent::Called { site } => {
                sql::called(cx, site);
                data::called(cx, site);
                keys::called(cx, site);
                transport::called(cx, site);
                crypto::called(cx, site);
                code::called(cx, site);
                errors::called(cx, site);
            }
            FlowEvent::Returned { written, value } => {
                errors::returned(cx, written, value);
                data::returned(cx, written, value);
                keys::returned(cx, written, value);
            }
            FlowEvent::Answered { written, value } => {
                errors::answered(cx, written, value);
                data::answered(cx, written, value);
            }
            FlowEvent::Declared { function } => crypto::function(cx, function),
            FlowEvent::Class { class } => {
                keys::class(cx, class);
                data::class(cx, class);
                transport::class(cx, class);
            }
            FlowEvent::Entered => self.enter(),
            FlowEvent::Left { answers } => self.leave(answers),
        }
    }
}
