"""Which test shows what users get of each fault; those in this folder are for all that no other file is about."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

ROWS = {
    "disk full": [
        "faults/test_disk.py::test_a_full_disk_is_one_line_and_leaves_the_old_output",
        "test_record.py::test_a_full_disk_ends_it_and_keeps_what_was_recorded",
        "test_spool.py::test_a_full_disk_is_told_and_leaves_whole_records",
        "test_sources.py::test_a_full_disk_is_one_line_and_leaves_nothing",
        "test_palette_files.py::test_a_full_disk_leaves_the_old_file_and_nothing_else",
    ],
    "output is a folder, unwritable, exists": [
        "test_cli.py::test_an_output_that_is_a_folder_is_refused",
        "test_cli.py::test_a_folder_that_cannot_be_written_to_is_refused",
        "test_cli.py::test_an_output_that_is_there_is_replaced_with_overwrite_only",
        "test_cli.py::test_a_pipe_or_a_device_is_never_replaced",
        "test_cli.py::test_the_source_is_never_the_output",
        "faults/test_disk.py::test_a_device_is_never_written_to",
    ],
    "Ctrl-C, SIGTERM": [
        "faults/test_moments.py::test_a_signal_ends_every_stage_and_leaves_the_old_output",
        "test_record.py::test_a_signal_ends_the_recording_and_the_gif_is_made",
        "test_record.py::test_a_second_interrupt_keeps_the_recording_and_says_how_to_go_on",
        "test_batch.py::test_an_interrupt_ends_all_processes_and_leaves_whole_files_only",
    ],
    "kill -9": [
        "test_record.py::test_a_killed_recording_is_recovered",
        "test_spool.py::test_a_writer_that_is_killed_loses_at_most_the_record_in_hand",
        "faults/test_moments.py::test_a_kill_leaves_the_old_output_or_a_whole_new_one",
    ],
    "zero bytes, not a video, audio only, missing": [
        "test_cli.py::test_a_bad_input_is_told_with_its_path_and_leaves_nothing",
        "test_shared.py::test_what_is_no_video_is_one_line_and_leaves_nothing",
    ],
    "truncated video": [
        "test_cli.py::test_a_truncated_video_is_converted_as_far_as_it_goes_and_the_line_says_how_far",
        "test_cli.py::test_a_truncated_video_fails_where_all_of_it_is_demanded",
        "test_shared.py::test_what_can_be_salvaged_is_converted_and_the_line_says_how_much",
    ],
    "ffmpeg dies or hangs in mid-stream": [
        "faults/test_ffmpeg.py::test_an_ffmpeg_that_dies_or_hangs_in_mid_stream_is_one_line",
        "test_video.py::test_no_ffmpeg_is_left_after_an_iteration",
    ],
    "screen gone or resized while recording": [
        "test_record.py::test_a_display_that_dies_costs_nothing_that_was_recorded",
        "test_record.py::test_a_screen_that_shrinks_leaves_the_canvas_as_it_is",
    ],
    "images of different sizes in a folder": [
        "test_folder.py::test_a_picture_of_another_shape_is_fitted_and_what_is_left_is_transparent",
    ],
    "bombs": [
        "test_images.py::test_a_bomb_is_refused_before_it_takes_memory",
        "test_images.py::test_bombs_are_refused_in_a_gigabyte",
        "faults/test_hostile.py::test_a_bomb_of_every_kind_takes_no_memory",
        "test_palette_files.py::test_a_picture_that_is_too_large_is_refused_by_its_head",
        "test_spool.py::test_a_large_canvas_is_refused",
    ],
    "playlists that read other files": [
        "faults/test_hostile.py::test_a_list_of_files_is_no_clip_by_whatever_way_it_comes",
        "faults/test_hostile.py::test_a_list_of_files_in_a_batch_is_told_and_the_others_are_made",
        "faults/test_hostile.py::test_raw_video_is_nothing_but_pixels",
        "test_cli.py::test_an_address_is_refused_as_such",
    ],
    "names": [
        "test_cli.py::test_any_name_is_taken_as_it_is",
        "test_cli.py::test_a_leading_dash_is_a_name_behind_two_dashes",
        "test_cli.py::test_a_name_that_is_no_text_is_taken_too",
        "test_cli.py::test_a_name_that_is_too_long_is_one_line",
        "test_cli.py::test_a_message_has_no_control_characters",
        "faults/test_hostile.py::test_a_name_is_never_interpreted_as_source_or_output",
        "faults/test_hostile.py::test_what_a_file_says_of_itself_does_not_pass_for_what_ffmpeg_says",
        "faults/test_hostile.py::test_words_of_ffmpeg_and_pillow_have_no_control_characters",
    ],
    "wrong or jumping timestamps": [
        "test_shared.py::test_what_is_odd_comes_out_in_its_own_time_and_shape",
        "test_video.py::test_uneven_times_are_kept",
        "test_video.py::test_a_clip_that_starts_at_one_hour_begins_at_0",
        "faults/test_hostile.py::test_a_step_in_time_is_kept_or_left_out_and_never_endless",
        "faults/test_hostile.py::test_times_that_jump_back_keep_the_pictures",
    ],
    "seeking corrupts silently": [
        "test_shared.py::test_a_file_that_decodes_from_its_beginning_only_is_not_green",
        "test_video.py::test_a_file_that_cannot_be_entered_late_is_decoded_from_its_beginning",
    ],
    "long recordings": ["test_record.py::test_waiting_pictures_are_bounded_in_bytes"],
    "kernels that are missing or damaged": [
        "test_library.py::test_a_library_that_is_missing_is_told",
        "test_library.py::test_a_damaged_library_is_told",
        "test_library.py::test_a_library_for_another_machine_is_told",
    ],
    "a recording, palette or settings file that is hostile": [
        "test_spool.py::test_noise_is_no_log",
        "test_spool.py::test_a_wrong_field_under_a_right_checksum_does_no_harm",
        "test_palette_files.py::test_rubbish_gives_colors_or_an_error_of_ours",
        "faults/test_hostile.py::test_a_hostile_settings_file_is_one_line",
        "faults/test_hostile.py::test_an_option_that_is_wrong_is_one_clean_line",
    ],
}
"""Each fault with its tests. Memory over half an hour of recording is told by tests/benchmarks/record.py."""


NATIVE = {"test_library.py"}


@pytest.mark.parametrize("row", ROWS)
def test_every_fault_has_its_tests(row: str) -> None:
    for name in ROWS[row]:
        file, _, test = name.partition("::")
        [path] = (one for one in TESTS.rglob(Path(file).name) if "native" not in one.parts or file in NATIVE)
        tree = ast.parse(path.read_text())
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name
