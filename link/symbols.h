/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Inside of link/ functions have short names. For a linker, which knows no folders,
 * they begin with ptl_ as the public ones do: a Wi-Fi driver has a noise_init() of
 * its own, a kernel a crc32c(). Each header of link/ includes this one first;
 * script/test looks that no name was forgotten.
 */
#ifndef PIGTAIL_SYMBOLS_H
#define PIGTAIL_SYMBOLS_H

#define cobs_begin	      ptl_cobs_begin
#define cobs_end	      ptl_cobs_end
#define cobs_place_at	      ptl_cobs_place_at
#define cobs_place_step	      ptl_cobs_place_step
#define cobs_put	      ptl_cobs_put
#define cobs_reset	      ptl_cobs_reset
#define cobs_take	      ptl_cobs_take
#define codel_drops	      ptl_codel_drops
#define codel_reset	      ptl_codel_reset
#define codel_times	      ptl_codel_times
#define crc32c_add	      ptl_crc32c_add
#define flow_hash	      ptl_flow_hash
#define frame_deliver	      ptl_frame_deliver
#define frame_done	      ptl_frame_done
#define frame_keep_step	      ptl_frame_keep_step
#define frame_next	      ptl_frame_next
#define frame_pending	      ptl_frame_pending
#define frame_preempt	      ptl_frame_preempt
#define frame_received	      ptl_frame_received
#define frame_room	      ptl_frame_room
#define headers_commit	      ptl_headers_commit
#define headers_compress      ptl_headers_compress
#define headers_decompress    ptl_headers_decompress
#define headers_init	      ptl_headers_init
#define headers_ip4_checksum  ptl_headers_ip4_checksum
#define headers_memory	      ptl_headers_memory
#define headers_next_seq      ptl_headers_next_seq
#define headers_reset	      ptl_headers_reset
#define headers_shape	      ptl_headers_shape
#define headers_short_masks   ptl_headers_short_masks
#define headers_timestamps    ptl_headers_timestamps
#define line_us		      ptl_line_us
#define link_adopt_baud	      ptl_link_adopt_baud
#define lz4_decode	      ptl_lz4_decode
#define lz4_encode	      ptl_lz4_encode
#define lz4_encoder_init      ptl_lz4_encoder_init
#define lz4_encoder_memory    ptl_lz4_encoder_memory
#define lz4_encoder_reset     ptl_lz4_encoder_reset
#define lz4_window_add	      ptl_lz4_window_add
#define lz4_window_init	      ptl_lz4_window_init
#define lz4_window_reset      ptl_lz4_window_reset
#define noise_delivered	      ptl_noise_delivered
#define noise_init	      ptl_noise_init
#define noise_lost	      ptl_noise_lost
#define noise_ppm	      ptl_noise_ppm
#define noise_set_max	      ptl_noise_set_max
#define pack		      ptl_pack
#define packing_begin	      ptl_packing_begin
#define packing_init	      ptl_packing_init
#define packing_memory	      ptl_packing_memory
#define queue_done	      ptl_queue_done
#define queue_flush	      ptl_queue_flush
#define queue_init	      ptl_queue_init
#define queue_memory	      ptl_queue_memory
#define queue_put	      ptl_queue_put
#define queue_put_control     ptl_queue_put_control
#define queue_read	      ptl_queue_read
#define queue_ready	      ptl_queue_ready
#define queue_replace	      ptl_queue_replace
#define queue_set_baud	      ptl_queue_set_baud
#define queue_take	      ptl_queue_take
#define rate_bytes	      ptl_rate_bytes
#define rate_candidate	      ptl_rate_candidate
#define rate_choose	      ptl_rate_choose
#define rate_choose_again     ptl_rate_choose_again
#define rate_deadline	      ptl_rate_deadline
#define rate_done	      ptl_rate_done
#define rate_forget_peer      ptl_rate_forget_peer
#define rate_heard	      ptl_rate_heard
#define rate_init	      ptl_rate_init
#define rate_learn	      ptl_rate_learn
#define rate_leave	      ptl_rate_leave
#define rate_lets	      ptl_rate_lets
#define rate_message	      ptl_rate_message
#define rate_now	      ptl_rate_now
#define rate_option	      ptl_rate_option
#define rate_reset	      ptl_rate_reset
#define rate_says	      ptl_rate_says
#define rate_session_up	      ptl_rate_session_up
#define rate_take	      ptl_rate_take
#define rate_timers	      ptl_rate_timers
#define rate_turn	      ptl_rate_turn
#define rate_usable	      ptl_rate_usable
#define rate_watch	      ptl_rate_watch
#define rate_watch_begin      ptl_rate_watch_begin
#define rate_watch_left	      ptl_rate_watch_left
#define receiver_ack	      ptl_receiver_ack
#define receiver_drop	      ptl_receiver_drop
#define receiver_init	      ptl_receiver_init
#define receiver_next	      ptl_receiver_next
#define receiver_piece	      ptl_receiver_piece
#define receiver_reset	      ptl_receiver_reset
#define receiver_store	      ptl_receiver_store
#define receiver_took	      ptl_receiver_took
#define sender_acked	      ptl_sender_acked
#define sender_cut	      ptl_sender_cut
#define sender_expired	      ptl_sender_expired
#define sender_init	      ptl_sender_init
#define sender_next	      ptl_sender_next
#define sender_ready	      ptl_sender_ready
#define sender_refresh	      ptl_sender_refresh
#define sender_reset	      ptl_sender_reset
#define sender_sent	      ptl_sender_sent
#define sender_watch	      ptl_sender_watch
#define session_deadline      ptl_session_deadline
#define session_end	      ptl_session_end
#define session_hello	      ptl_session_hello
#define session_hello_payload ptl_session_hello_payload
#define session_start	      ptl_session_start
#define session_timers	      ptl_session_timers
#define unpack		      ptl_unpack
#define unpack_end	      ptl_unpack_end

#endif
